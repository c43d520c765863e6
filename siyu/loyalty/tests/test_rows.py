"""The room on rows, through the pump: due work, merges and their undo, what is asked of it, and what it tells of itself."""

from datetime import date, timedelta

import pytest
from django.db import connection

from siyu.facts.pump import pump
from siyu.loyalty import privacy
from siyu.loyalty.due import next_due
from siyu.loyalty.queries import (
    Outstanding,
    balances,
    base_tier,
    by_tier,
    ladder,
    outstanding_by_expiry,
    points_outstanding,
    standings,
    why_points,
)
from siyu.loyalty.services import Step, publish_earn_rule, publish_tiers
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.given import ZONE
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, install, is_the_same_as, member, pays, receives, rows
from siyu.members.services import undo_merge
from siyu.merchant.rules import SYSTEM, Scope

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def bucket(who: str, name: str, unit: str = "points") -> int:
    return getattr(balances([member(who)])[member(who)][unit], name)


def test_time_alone_matures_and_expires_what_nobody_touches() -> None:
    install()
    pays("anna", 10_000, "A1", is_in_store=True)

    pump(START + days(7))
    assert (bucket("anna", "pending"), bucket("anna", "available")) == (0, 100)

    report = pump(START + days(500))
    assert (bucket("anna", "available"), bucket("anna", "expired")) == (0, 100)
    assert report.stopped == ""
    assert rows("SELECT kind, posted_at FROM loyalty_entry WHERE unit = 'points' ORDER BY id")[1] == ("mature", START + days(7))
    assert faults() == {}


def test_nothing_is_due_when_nothing_waits() -> None:
    install()
    pays("anna", 10_000, "A1")
    gets_back("anna", 10_000, "A1")
    with connection.cursor() as cursor:
        assert next_due(cursor.cursor) is None


def test_a_new_version_of_the_tiers_judges_everybody_at_midnight() -> None:
    install()
    pays("anna", 60_000, "A1")
    pays("ben", 10_000, "B1")
    publish_tiers(SYSTEM, [Step("bronze", "普通", 0), Step("star", "星", 500)], date(2026, 3, 5), today=TODAY, now=START)

    pump(START + days(10))

    assert [standings([member(who)])[member(who)].code for who in ("anna", "ben")] == ["star", "bronze"]
    changed = rows("SELECT occurred_at, properties->>'from', properties->>'to' FROM facts_log WHERE name = 'tier.changed'")
    assert changed == [(START + timedelta(days=2, hours=12), "bronze", "star")]
    assert rows("SELECT DISTINCT version FROM loyalty_standing") == [(2,)]


def test_many_members_are_judged_in_bounded_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.loyalty.due.LIMIT", 2)
    install()
    for number in range(7):
        pays(f"m{number}", 10_000, f"M{number}", is_in_store=True)

    pump(START + days(8))

    assert points_outstanding() == Outstanding(pending=0, available=700, debt=0)


def test_an_undone_merge_gives_each_their_own_and_leaves_later_value_with_the_survivor() -> None:
    install()
    pays("anna", 60_000, "A1")
    pays("ben", 70_000, "B1", START + days(1))
    is_the_same_as("anna", "ben", START + days(2))
    whole = member("anna")
    assert member("ben") == whole
    assert standings([whole])[whole].code == "silver"
    assert standings([whole])[whole].since == START + days(1)  # when the growth of both reached it
    pays("ben", 10_000, "B2", START + days(3))

    undo_merge(SYSTEM, rows("SELECT id FROM members_merge_log")[0][0], "两个人", now=START + days(4))

    assert member("anna") != member("ben")
    survivor, other = ("anna", "ben") if member("anna") == whole else ("ben", "anna")
    earned = {"anna": 600, "ben": 700}
    assert bucket(survivor, "pending") == earned[survivor] + 120  # by the silver of that moment
    assert bucket(other, "pending") == earned[other]
    assert [standings([member(who)])[member(who)].code for who in ("anna", "ben")] == ["bronze", "bronze"]
    assert faults() == {}


def test_a_cap_that_was_used_stays_used_after_a_merge_and_returns_with_its_undo() -> None:
    install()
    happens("member.checked_in", "anna")
    happens("page.viewed", "ben")
    is_the_same_as("anna", "ben")
    happens("member.checked_in", "ben")
    assert bucket("anna", "available") == 5

    undo_merge(SYSTEM, rows("SELECT id FROM members_merge_log")[0][0], "两个人", now=START)
    happens("member.checked_in", "anna")
    happens("member.checked_in", "ben")

    assert points_outstanding().available == 10
    assert faults() == {}


def test_a_merge_before_growth_matures_is_no_change_of_tier() -> None:
    install()
    late = {"trigger": "member.checked_in", "unit": "growth", "formula": {"kind": "fixed", "points": 60}}
    publish_earn_rule(SYSTEM, "late", "晚到", late | {"matures": {"kind": "days_after_fact", "days": 2}}, FIRST_DAY, today=FIRST_DAY)
    happens("member.checked_in", "anna")
    happens("member.checked_in", "ben")

    is_the_same_as("anna", "ben", START + days(1))
    pump(START + days(3))

    assert standings([member("anna")])[member("anna")].growth == 120
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'tier.changed'") == [(0,)]


def test_a_refund_after_a_merge_falls_to_the_lot_of_its_order() -> None:
    install()
    pays("anna", 60_000, "A1")
    pays("ben", 70_000, "B1", START + days(1))
    is_the_same_as("anna", "ben", START + days(2))

    gets_back("anna", 70_000, "B1", START + days(3))

    assert bucket("anna", "pending") == 600
    assert standings([member("anna")])[member("anna")].code == "bronze"
    assert faults() == {}


def test_every_point_has_its_reason() -> None:
    install()
    pays("anna", 600_000, "A1")
    pays("anna", 39_900, "A2", START + days(1))
    gets_back("anna", 13_300, "A2", START + days(2))
    receives("anna", "A2", START + days(3))

    reasons = why_points(member("anna"), 10, units=["points"])

    told = [(r.kind, r.amount, r.rule_code, r.rule_version, r.fact_name, r.order_number, r.tier, str(r.multiplier)) for r in reasons]
    assert told == [
        ("reverse_earn", -199, "order_points", 1, "order.refunded", "A2", "", "1.000"),
        ("earn", 598, "order_points", 1, "order.paid", "A2", "gold", "1.500"),
        ("earn", 6000, "order_points", 1, "order.paid", "A1", "bronze", "1.000"),
    ]
    assert [r.available_at for r in reasons] == [START + days(10), START + days(10), None]
    assert why_points(member("anna"), 1, units=["points"], before=reasons[0].id)[0].id == reasons[1].id


def test_the_figures_of_the_programme() -> None:
    install()
    pays("anna", 600_000, "A1")
    happens("member.checked_in", "ben")

    assert points_outstanding() == Outstanding(pending=6_000, available=5, debt=0)
    assert points_outstanding(Scope(store_ids=())).points == 0
    assert outstanding_by_expiry(ZONE) == [(date(2027, 3, 1), 6_005)]
    assert base_tier(TODAY).code == "bronze"
    assert [(step.code, step.threshold) for step in ladder(TODAY)] == [("bronze", 0), ("silver", 1000), ("gold", 5000), ("platinum", 20000)]
    assert ladder(FIRST_DAY - timedelta(days=1)) == []
    anna = standings([member("anna")])[member("anna")]
    assert (anna.name, anna.growth) == ("金卡", 6_000)
    rows("UPDATE members_member SET is_identified = true RETURNING 1")
    assert by_tier(TODAY) == {"gold": 1, "bronze": 1}
    assert by_tier(TODAY, Scope(assistant_id=1)) == {}


def test_a_person_is_told_everything_and_erasing_leaves_the_books() -> None:
    install()
    pays("anna", 10_000, "A1")
    anna = member("anna")

    told = privacy.export(anna)
    privacy.erase(anna)

    assert told["balances"]["points"].pending == 100
    assert [entry.amount for entry in told["entries"]] == [100, 100]
    assert rows("SELECT count(*) FROM loyalty_entry") == [(2,)]


def test_a_change_of_tier_by_anothers_refund_is_told_of_who_earned() -> None:
    install()
    pays("anna", 120_000, "A1")

    gets_back("ben", 120_000, "A1", START + days(1))

    told = rows(
        "SELECT i.member_id, f.properties->>'to', f.cause_id IS NOT NULL FROM facts_log f JOIN members_identity i ON i.id = f.identity_id"
        " WHERE f.name = 'tier.changed' ORDER BY f.occurred_at"
    )
    assert told == [(member("anna"), "silver", True), (member("anna"), "bronze", True)]
