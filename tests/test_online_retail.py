"""Real data: UCI Online Retail II (D. Chen, 2012 and 2019, CC BY 4.0), from the file to the order book, line by line."""

from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from siyu.facts.imports.draining import drain
from siyu.facts.imports.services import Options, Result, run
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting

FILE = Path(__file__).resolve().parents[2] / "shared/data/online_retail/online_retail_2009_2011.parquet"
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
LINES = 1_044_847

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.exists(), reason="the data set Online Retail II is not beside this checkout (shared/data/online_retail)"),
]


@pytest.fixture
def imported(clone: str) -> Result:
    """The whole file, brought in once and pumped."""
    for name, value in (("merchant.currency", "GBP"), ("merchant.zone", "Europe/London")):
        set_setting(SYSTEM, name, value, date(1970, 1, 1), initial=True, now=NOW)
    result = run(FILE, Options("orders", preset="online_retail"), by=SYSTEM, now=NOW)
    assert not drain(lambda: NOW, lambda _done, _of: None).because
    return result


def one(statement: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def test_every_line_is_accounted_for_and_the_order_book_answers(imported: Result, owner: psycopg.Connection) -> None:
    """One import serves all questions: it is the costly part."""
    assert imported.destinations == {"order": 791_114, "anonymous order": 231_169, "refund": 20_436, "adjustment": 2_128}
    assert (imported.rejected, sum(imported.destinations.values())) == (0, LINES)
    assert one("SELECT count(*) FROM facts_quarantine") == (0,)
    assert one("SELECT count(*) FROM facts_inbox") == (0,)

    # where each line is now
    assert one("SELECT count(*), count(DISTINCT row_key) FROM orders_line") == (1_022_283, 1_022_283)
    assert one("SELECT sum(lines) FROM orders_refund") == (20_436,)
    assert one("SELECT count(*) FROM orders_adjustment") == (2_128,)
    because = "SELECT count(*) FILTER (WHERE because LIKE 'bad debt%'), count(*) FILTER (WHERE because LIKE 'positive%')"
    assert one(f"{because} FROM orders_adjustment") == (6, 1)
    anonymous = """
        SELECT (SELECT coalesce(sum(lines), 0) FROM orders_order WHERE identity_id IS NULL)
             + (SELECT coalesce(sum(lines), 0) FROM orders_refund WHERE identity_id IS NULL)
             + (SELECT count(*) FROM orders_adjustment WHERE identity_id IS NULL)
    """
    assert one(anonymous) == (235_287,)

    # the published figures of the second year: customer known, quantity and the source's own price above zero
    known = """
        SELECT count(*), count(DISTINCT i.member_id), count(DISTINCT o.id), sum(l.amount_minor), round(sum(l.quantity * l.unit_price), 2)
        FROM orders_line AS l JOIN orders_order AS o ON o.id = l.order_id JOIN members_identity AS i ON i.id = o.identity_id
        WHERE o.paid_day >= '2010-12-01' AND o.paid_day < '2012-01-01' AND l.quantity > 0 AND l.unit_price > 0
    """
    lines, customers, invoices, minor, major = one(known)
    assert (lines, customers, invoices, str(major)) == (397_884, 4_338, 18_532, "8911407.90")
    assert minor == 891_140_790

    # history earns nothing, and the file again adds nothing
    assert one("SELECT count(*) FROM loyalty_entry") == (0,)
    facts = one("SELECT count(*) FROM facts_log")
    again = run(FILE, Options("orders", preset="online_retail"), by=SYSTEM, now=NOW)
    assert again.is_repeat
    assert one("SELECT count(*) FROM facts_inbox") == (0,)
    assert one("SELECT count(*) FROM facts_log") == facts
