"""What was said of staff tasks is kept as said of WeCom, where assistants write, as words that come now are."""

from django.db import migrations

KEPT = "UPDATE members_consent SET channel = 'wecom' WHERE channel = 'task'"


class Migration(migrations.Migration):
    dependencies = [("members", "0003_no_checks_at_commit")]
    operations = [migrations.RunSQL(KEPT, migrations.RunSQL.noop)]
