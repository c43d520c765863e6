"""Each invariant, one corrupted row, and exactly its name."""

import psycopg
import pytest
from django.db import ProgrammingError, connection

from siyu.lib.sql import statements
from siyu.loyalty.services import publish_earn_rule
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, install, is_the_same_as, pays, receives
from siyu.merchant.rules import SYSTEM

LOT = """(SELECT l.id FROM loyalty_lot l JOIN loyalty_purchase p ON p.id = l.purchase_id
    WHERE l.unit = 'points' AND p.order_number = '{}')"""
REFUNDED, KEPT = LOT.format("A1"), LOT.format("A2")
ANNAS = "(SELECT owner_id FROM loyalty_account WHERE unit = 'points' AND pending + available > 300)"
CLEOS = "unit = 'points' AND pending = 77"
CLEO = f"(SELECT owner_id FROM loyalty_account WHERE {CLEOS})"
UNPAID = "(SELECT id FROM loyalty_purchase WHERE paid_at IS NULL)"
ANY_ENTRY = "(SELECT min(id) FROM loyalty_entry)"
EARNED = "(SELECT min(id) FROM loyalty_entry WHERE kind = 'earn' AND credit = 'pending')"
NEW_ENTRY = """INSERT INTO loyalty_entry
    (account_id, unit, debit, credit, amount, kind, lot_id, posted_at, business_day, key, tier, multiplier)"""
NEW_KEY = "(left(replace(key::text, '-', ''), 8) || repeat('0', 24))::uuid"
NEW_STANDING = "INSERT INTO loyalty_standing (member_id, track, tier, growth, since, version)"

REVIEWS = {
    "trigger": "product.reviewed",
    "formula": {"kind": "fixed", "points": 30},
    "budget": {"points": 1_000},
    "approval_above": 20,
}

CORRUPTIONS = {
    "account_equals_entries": "UPDATE loyalty_account SET revoked = revoked + 1 WHERE id = (SELECT min(id) FROM loyalty_account)",
    "lots_equal_accounts": f"UPDATE loyalty_lot SET account_id = (SELECT id FROM loyalty_account WHERE {CLEOS}) WHERE id = {REFUNDED}",
    "lot_within_amount": f"""ALTER TABLE loyalty_lot DROP CONSTRAINT lot_remaining_in_range;
        {NEW_ENTRY}
        SELECT account_id, unit, 'issued', 'available', amount, 'adjust', id, earned_at, '2026-03-02', {NEW_KEY}, '', 1
        FROM loyalty_lot WHERE id = {REFUNDED};
        UPDATE loyalty_account a SET available = available + l.amount
        FROM loyalty_lot l WHERE l.account_id = a.id AND l.id = {REFUNDED};
        UPDATE loyalty_lot SET remaining = remaining + amount WHERE id = {REFUNDED}""",
    "lot_equals_entries": f"UPDATE loyalty_lot SET key = gen_random_uuid() WHERE id = {REFUNDED}",
    "lot_has_the_unit_of_its_account": f"UPDATE loyalty_lot SET unit = 'growth' WHERE id = {REFUNDED}",
    "entry_has_the_unit_of_its_account": f"UPDATE loyalty_entry SET unit = 'stars' WHERE id = {ANY_ENTRY}",
    "entry_moves_between_buckets": f"""{NEW_ENTRY}
        SELECT account_id, unit, 'issued', 'issued', 1, 'adjust', NULL, posted_at, business_day, {NEW_KEY}, '', 1
        FROM loyalty_entry LIMIT 1""",
    "entry_has_rule_version": f"UPDATE loyalty_entry SET rule_id = NULL WHERE id = {EARNED}",
    "entry_key_begins_with_its_day": f"UPDATE loyalty_entry SET business_day = business_day + 1 WHERE id = {EARNED}",
    "reversal_matches_refunds": "UPDATE loyalty_purchase SET refunded_minor = refunded_minor + 9000 WHERE order_number = 'A1'",
    "lot_of_a_paid_order": f"UPDATE loyalty_lot SET purchase_id = {UNPAID} WHERE id = {KEPT}",
    "lot_waits_for_its_receipt": "UPDATE loyalty_lot SET available_at = NULL WHERE is_pending AND available_at IS NOT NULL",
    "purchase_amounts_not_negative": "UPDATE loyalty_purchase SET base_minor = 5 WHERE paid_at IS NULL",
    "cap_use_equals_entries": "UPDATE loyalty_capuse SET points = points + 1",
    "caps_respected": """UPDATE loyalty_earnrule SET definition = jsonb_set(definition, '{caps,times_per_day}', '0')
        WHERE code = 'check_in_points'""",
    "budget_use_equals_entries": "UPDATE loyalty_budgetuse SET points = points - 1",
    "budgets_respected": """UPDATE loyalty_earnrule SET definition = jsonb_set(definition, '{budget,points}', '29')
        WHERE code = 'reviews'""",
    "approval_of_a_waiting_lot": "UPDATE loyalty_approval SET amount = amount + 1",
    "growth_equals_standing": f"UPDATE loyalty_standing SET growth = growth + 1 WHERE member_id = {CLEO}",
    "tier_matches_growth": f"UPDATE loyalty_standing SET tier = 'platinum' WHERE member_id = {CLEO}",
    "owner_is_root_member": f"UPDATE loyalty_account SET owner_id = {ANNAS} WHERE {CLEOS}",
    "standing_of_living_members": f"""{NEW_STANDING}
        SELECT id, 'growth', 'bronze', 0, created_at, 1 FROM members_member WHERE merged_into_id IS NOT NULL LIMIT 1""",
    "no_orphan_account": f"UPDATE loyalty_account SET origin_id = 1000000000 WHERE {CLEOS}",
    "no_orphan_lot": f"UPDATE loyalty_lot SET rule_id = 1000000000 WHERE id = {REFUNDED}",
    "no_orphan_entry": f"UPDATE loyalty_entry SET fact_id = 1000000000 WHERE id = {ANY_ENTRY}",
    "no_orphan_standing": f"{NEW_STANDING} VALUES (1000000000, 'growth', 'bronze', 0, '2026-03-02Z', 1)",
}


@pytest.fixture
def lived(clone: str, owner: psycopg.Connection) -> psycopg.Connection:
    """Anna buys and gives part back, Ben buys, is checked in and turns out to be Anna; Cleo only buys; what Dora wrote waits."""
    install()
    publish_earn_rule(SYSTEM, "reviews", "评价积分", REVIEWS, FIRST_DAY, today=FIRST_DAY)
    pays("anna", 39_900, "A1", is_in_store=True)
    gets_back("anna", 13_300, "A1", START + days(1))
    happens("member.checked_in", "anna", START + days(1))
    pays("ben", 11_000, "B1", START + days(2))
    is_the_same_as("anna", "ben", START + days(3))
    pays("anna", 20_000, "A2", START + days(8))
    receives("anna", "A2", START + days(9))
    receives("anna", "unknown", START + days(9))
    pays("cleo", 7_700, "C1", START + days(9))
    happens("product.reviewed", "dora", START + days(9), sku="tea")
    return owner


def test_every_invariant_names_its_own_corruption(lived: psycopg.Connection) -> None:
    assert faults(lived.cursor()) == {}
    assert set(CORRUPTIONS) == set(vars(statements("siyu.loyalty", "verify")))

    named = {}
    for name, corruption in CORRUPTIONS.items():
        with lived.transaction(force_rollback=True):
            changed = lived.execute(corruption)
            assert changed.rowcount != 0, name
            named[name] = sorted(faults(lived.cursor()))

    assert named == {name: [name] for name in CORRUPTIONS}


def test_the_application_cannot_rewrite_an_entry(lived: psycopg.Connection) -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_entry SET amount = 1")
