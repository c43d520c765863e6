"""Each invariant, one corrupted row, and exactly its name."""

from datetime import datetime

import psycopg
import pytest
from django.db import ProgrammingError, connection

from siyu.lib.sql import statements
from siyu.loyalty.queries import Cart
from siyu.loyalty.sealing import seal
from siyu.loyalty.services import (
    Adjust,
    Because,
    GiveBack,
    Grant,
    Hold,
    Spend,
    adjust,
    approve_adjustment,
    give_back,
    grant,
    hold,
    pay_with_points,
    publish_earn_rule,
    publish_payment_terms,
    spend,
)
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, install, is_the_same_as, member, pays, receives
from siyu.merchant.rules import SYSTEM, Actor

LOT = """(SELECT l.id FROM loyalty_lot l JOIN loyalty_purchase p ON p.id = l.purchase_id
    WHERE l.unit = 'points' AND p.order_number = '{}')"""
REFUNDED, KEPT = LOT.format("A1"), LOT.format("A2")
ANNAS = "(SELECT owner_id FROM loyalty_account WHERE unit = 'points' AND pending + available BETWEEN 301 AND 9999)"
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
    "points_payment_equals_operations": "UPDATE loyalty_points_payment SET given_back = given_back + 1",
    "growth_equals_standing": f"UPDATE loyalty_standing SET growth = growth + 1 WHERE member_id = {CLEO}",
    "tier_matches_growth": f"UPDATE loyalty_standing SET tier = 'platinum' WHERE member_id = {CLEO}",
    "owner_is_root_member": f"UPDATE loyalty_account SET owner_id = {ANNAS} WHERE {CLEOS}",
    "standing_of_living_members": f"""{NEW_STANDING}
        SELECT id, 'growth', 'bronze', 0, created_at, 1 FROM members_member WHERE merged_into_id IS NOT NULL LIMIT 1""",
    "no_orphan_account": f"UPDATE loyalty_account SET origin_id = 1000000000 WHERE {CLEOS}",
    "no_orphan_lot": f"UPDATE loyalty_lot SET rule_id = 1000000000 WHERE id = {REFUNDED}",
    "no_orphan_entry": f"UPDATE loyalty_entry SET fact_id = 1000000000 WHERE id = {ANY_ENTRY}",
    "standing_is_due_when_its_period_ends": f"UPDATE loyalty_standing SET due_at = '2026-06-01Z' WHERE member_id = {CLEO}",
    "tier_is_not_below_its_own": f"""UPDATE loyalty_standing SET own = 'gold', judged_at = '2026-03-11Z'
        WHERE member_id = {CLEO}""",
    "gift_was_posted": f"INSERT INTO loyalty_tiergift (origin_id, track, tier, period) VALUES ({CLEO}, 'growth', 'gold', '0001-01-01')",
    "floor_of_root_member": """INSERT INTO loyalty_tierfloor (origin_id, owner_id, track, tier, from_at, until, because, given_by,
        removed_by, removed_because) SELECT id, id, 'growth', 'bronze', created_at, created_at, '', '', '', '' FROM members_member
        WHERE merged_into_id IS NOT NULL LIMIT 1""",
    "no_orphan_standing": f"{NEW_STANDING} VALUES (1000000000, 'growth', 'bronze', 0, '2026-03-02Z', 1)",
}
EDS = "(SELECT lot_id FROM loyalty_entry WHERE kind = 'spend')"
CORRUPTIONS |= {
    "units_sum_to_zero": "UPDATE loyalty_account SET spent = spent + 1 WHERE id = (SELECT min(id) FROM loyalty_account)",
    "held_equals_holds": "DELETE FROM loyalty_hold",
    "hold_of_its_operation": "UPDATE loyalty_hold SET until = until + interval '1 day'",
    "allocations_sum_to_operation": "UPDATE loyalty_operation SET amount = amount + 1 WHERE kind = 'spend'",
    "returned_within_taken": """UPDATE loyalty_entry SET of_id = (SELECT id FROM loyalty_operation WHERE kind = 'grant')
        WHERE kind = 'give_back'""",
    "allocated_while_valid": f"UPDATE loyalty_lot SET expires_at = earned_at WHERE id IN {EDS}",
    "no_orphan_operation": "UPDATE loyalty_operation SET member_id = 1000000000",
    "correction_by_two": "UPDATE loyalty_adjustment SET decided_by = asked_by, decided_by_id = asked_by_id",
    "seals_unbroken": """INSERT INTO loyalty_seal (from_id, to_id, entries, previous, hash, sealed_at)
        SELECT 1, max(id), count(*), 'siyu'::bytea, sha256('x'::bytea), max(posted_at) FROM loyalty_entry""",
}
# what follows from another breaks with it
ALSO = {
    "account_equals_entries": ["units_sum_to_zero"],
    "entry_has_the_unit_of_its_account": ["units_sum_to_zero"],
    "units_sum_to_zero": ["account_equals_entries"],
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
    happens("page.viewed", "ed", START + days(9))
    moves_by_hand(member("ed"), START + days(9))
    publish_payment_terms(SYSTEM, {}, FIRST_DAY, today=FIRST_DAY, now=START)
    pay_with_points(SYSTEM, member("ed"), Cart("web", 10_000, (), "E1"), 100, "p1", now=START + days(9))
    return owner


def moves_by_hand(who: int, now: datetime) -> None:
    why = Because("test", "test:1", "试")
    grant(SYSTEM, [Grant(who, "points", 100, "g1", why)], now)
    spend(SYSTEM, [Spend(who, "points", 30, "s1", why)], now)
    hold(SYSTEM, [Hold(who, "points", 20, "h1", why, now + days(1))], now)
    give_back(SYSTEM, [GiveBack("s1", "b1", why, 10)], now)
    adjust(Actor("staff", 1, "clerk"), [Adjust(who, "points", 11_000, "a1", why)], now)
    approve_adjustment(Actor("staff", 2, "boss"), "a1", now)


def test_every_invariant_names_its_own_corruption(lived: psycopg.Connection) -> None:
    assert faults(lived.cursor()) == {}
    assert set(CORRUPTIONS) == set(vars(statements("siyu.loyalty", "verify")))

    named = {}
    for name, corruption in CORRUPTIONS.items():
        with lived.transaction(force_rollback=True):
            changed = lived.execute(corruption)
            assert changed.rowcount != 0, name
            named[name] = sorted(faults(lived.cursor()))

    assert named == {name: sorted([name, *ALSO.get(name, [])]) for name in CORRUPTIONS}


def test_the_application_cannot_rewrite_an_entry(lived: psycopg.Connection) -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_entry SET amount = 1")


@pytest.mark.parametrize("table", ["loyalty_operation", "loyalty_seal"])
def test_the_application_cannot_take_anything_back(lived: psycopg.Connection, table: str) -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_only_who_writes_entries_holds_a_seal_up(lived: psycopg.Connection, clone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.loyalty.sealing.PATIENCE_S", 0.2)
    with psycopg.connect(clone) as other:
        other.execute("SELECT count(*) FROM loyalty_entry")
        other.execute("UPDATE merchant_staff SET name = name; SELECT pg_current_xact_id()")
        with psycopg.connect(clone) as writer:
            writer.execute("UPDATE loyalty_entry SET tier = tier")
            assert seal(START + days(10)) == 0
        assert seal(START + days(10)) > 0


def test_a_chain_of_seals_names_the_first_block_that_was_changed(lived: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.loyalty.sealing.BLOCK", 4)
    blocks = seal(START + days(10))
    assert blocks == lived.execute("SELECT count(*) FROM loyalty_seal").fetchone()[0] > 2
    assert seal(START + days(10)) == 0
    lived.execute("SET TIME ZONE 'Asia/Shanghai'")
    assert faults(lived.cursor()) == {}  # the zone of whoever looks changes nothing

    third = lived.execute("SELECT id, from_id FROM loyalty_seal ORDER BY from_id OFFSET 2 LIMIT 1").fetchone()
    for change in ("UPDATE loyalty_entry SET tier = 'gold' WHERE id = %s", "UPDATE loyalty_entry SET operation_id = 1 WHERE id = %s"):
        with lived.transaction(force_rollback=True):
            lived.execute(change, [third[1]])
            assert faults(lived.cursor())["seals_unbroken"][0] == f"seal {third[0]}"
