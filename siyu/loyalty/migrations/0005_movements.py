from django.db import migrations

MOVEMENT = """
CREATE VIEW loyalty_movement AS
SELECT * FROM (
    SELECT e.id, a.origin_id, a.owner_id, a.unit, e.posted_at, e.fact_id, e.operation_id, e.lot_id, l.key, e.kind = 'gift' AS is_gift,
           CASE
               WHEN e.unit = 'growth' AND e.credit = 'available' THEN e.amount
               WHEN e.unit = 'growth' AND e.debit = 'available' THEN -e.amount
               WHEN e.unit = 'growth' OR e.kind IN ('settle', 'transfer') THEN 0
               WHEN e.credit = 'available' AND e.debit IN ('issued', 'pending') THEN e.amount
               WHEN e.credit = 'revoked' AND e.debit <> 'pending' AND NOT l.is_pending THEN -e.amount
               ELSE 0
           END AS amount
    FROM loyalty_account a
    JOIN loyalty_entry e ON e.account_id = a.id
    LEFT JOIN loyalty_lot l ON l.id = e.lot_id
) AS moved
WHERE amount <> 0
"""


class Migration(migrations.Migration):
    """What of the ledger counts for tiers, in one place: growth while it is held; of other units what was earned, less what was taken back."""

    dependencies = [("loyalty", "0004_adjustment_validity")]

    operations = [migrations.RunSQL(MOVEMENT, "DROP VIEW loyalty_movement")]
