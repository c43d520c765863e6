"""Whoever spoke of staff tasks is judged anew: what they said is about to be kept as said of WeCom."""

from django.db import migrations

JUDGED_ANEW = """
INSERT INTO audiences_dirty (member_id, marked_at, because)
SELECT DISTINCT i.member_id, (SELECT max(clock) FROM facts_pump), 'change'
FROM members_consent c JOIN members_identity i ON i.id = c.identity_id WHERE c.channel = 'task'
"""


class Migration(migrations.Migration):
    dependencies = [("audiences", "0003_keys_of_any_length"), ("members", "0003_no_checks_at_commit"), ("facts", "0002_partitions")]
    run_before = [("members", "0004_words_by_channel")]
    operations = [migrations.RunSQL(JUDGED_ANEW, migrations.RunSQL.noop)]
