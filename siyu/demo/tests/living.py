"""The sample of the demo that the tests live through, and what of it must not depend on how it was lived."""

from datetime import UTC, date, datetime

from django.db import connection

from siyu.operate.verify import verify

NOW = datetime(2026, 7, 30, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 8, 19, 9, 0, tzinfo=UTC)
WEEKS = 447
SAMPLE = 12
TODAY = date(2026, 7, 30)
STEP = 28  # days pumped at once: the same rows as day by day, in less time

# what must not depend on how often the replay was interrupted, without surrogate numbers; of automation it may: edges are what a commit
# changes, and control groups are drawn by numbers
STATE = """
SELECT 'order', o.number, o.amount_minor::text, o.refunded_minor::text, o.paid_at, o.received_at, s.name
    FROM orders_order o JOIN facts_source s ON s.id = o.source_id
UNION ALL SELECT 'fact', f.name, count(*)::text, min(f.occurred_at)::text, max(f.occurred_at), NULL, s.name
    FROM facts_log f JOIN facts_source s ON s.id = f.source_id
    WHERE split_part(f.name, '.', 1) NOT IN ('audience', 'journey', 'touch') GROUP BY f.name, s.name
UNION ALL SELECT 'account', i.hash::text, a.unit, a.pending || '+' || a.available, i.first_seen, NULL, ''
    FROM loyalty_account a JOIN members_identity i ON i.member_id = a.owner_id
UNION ALL SELECT 'life', i.hash::text, l.pool_stage || l.activity || l.rung, l.purchases::text, l.pool_joined_at, l.due_at, ''
    FROM members_lifecycle l JOIN members_identity i ON i.member_id = l.member_id
UNION ALL SELECT 'own', i.hash::text, coalesce(t.username, ''), coalesce(b.code, ''), NULL, NULL, m.nickname
    FROM members_member m JOIN members_identity i ON i.member_id = m.id
    LEFT JOIN merchant_staff t ON t.id = m.assistant_id LEFT JOIN merchant_store b ON b.id = m.store_id
ORDER BY 1, 2, 3, 4, 5
"""


def state() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        return cursor.fetchall()


def broken() -> list[str]:
    return [f"{finding.name}: {finding.offender}" for finding in verify() if not finding.holds]
