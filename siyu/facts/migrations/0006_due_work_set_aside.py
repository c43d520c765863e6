from django.db import migrations, models

HELD = """
CREATE VIEW facts_held AS SELECT name AS room, member_id FROM facts_quarantine
WHERE member_id IS NOT NULL AND replayed_at IS NULL AND again_at IS NOT NULL
"""


class Migration(migrations.Migration):
    """Due work that fails for a member lies in quarantine, too; rooms leave out whom `facts_held` names."""

    dependencies = [("facts", "0005_keys_of_any_length")]

    operations = [
        migrations.AddField(model_name="quarantined", name="again_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="quarantined", name="attempts", field=models.IntegerField(db_default=0, default=0)),
        migrations.AddField(model_name="quarantined", name="member_id", field=models.BigIntegerField(null=True)),
        migrations.AddIndex(
            model_name="quarantined",
            index=models.Index(condition=models.Q(("member_id__isnull", False), ("replayed_at", None)), fields=["name", "member_id"], name="quarantine_held"),
        ),
        migrations.RunSQL(HELD, "DROP VIEW facts_held"),
    ]
