import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What every batch writes is not looked up row by row; `siyu verify` looks. Nobody looks for the beginning of a token."""

    dependencies = [("facts", "0003_viewed")]

    operations = [
        migrations.RunSQL("DROP INDEX IF EXISTS facts_personal_token_e8bb3557_like", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="counterday",
            name="counter",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to="facts.counter"
            ),
        ),
    ]
