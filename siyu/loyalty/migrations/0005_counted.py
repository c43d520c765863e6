from django.db import migrations

COUNTED = """
CREATE FUNCTION loyalty_counted(unit text, kind text, debit text, credit text, amount bigint, is_pending boolean) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN unit = 'growth' AND credit = 'available' THEN amount
    WHEN unit = 'growth' AND debit = 'available' THEN -amount
    WHEN unit = 'growth' OR kind IN ('settle', 'transfer') THEN 0
    WHEN credit = 'available' AND debit IN ('issued', 'pending') THEN amount
    WHEN credit = 'revoked' AND debit <> 'pending' AND NOT is_pending THEN -amount
    ELSE 0
END
"""


class Migration(migrations.Migration):
    """What of an entry counts for tiers, said once: growth counts while it is held; of other units what was earned counts, less what was
    taken back. `is_pending`: whether the entry's lot still waits. PostgreSQL writes it out where it is called."""

    dependencies = [("loyalty", "0004_adjustment_validity")]

    operations = [
        migrations.RunSQL(COUNTED, "DROP FUNCTION loyalty_counted(text, text, text, text, bigint, boolean)"),
    ]
