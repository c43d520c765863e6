"""Audiences of what is about to end: by increments and by judging everybody alike, around every instant at which it turns."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from psycopg import Cursor

from siyu.audiences.checking import checked
from siyu.audiences.conditions import kinds
from siyu.audiences.evaluating.looking import everybody
from siyu.audiences.models import Membership
from siyu.audiences.queries import rule_fault
from siyu.audiences.rules import parsed
from siyu.audiences.services import create
from siyu.audiences.why import why
from siyu.facts.pump import pump
from siyu.facts.quarantine import held
from siyu.lib.clock import midnight
from siyu.lib.web.keyset import Position
from siyu.loyalty.services import Because, Grant, Hold, Spend, grant, hold, spend
from siyu.loyalty.tests.given import ZONE
from siyu.loyalty.tests.scene import days, install, rows
from siyu.merchant.rules import SYSTEM
from siyu.touches.tests.scene import NOON as START
from siyu.touches.tests.scene import happens, member
from siyu.touches.variables import values_of

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)
ENDS = midnight((START + days(40)).astimezone(ZONE).date(), ZONE)  # so its last day is the one before
BECAUSE = Because("hand", "x", "手工")


def audience(rule: dict[str, Any]) -> int:
    number = create(SYSTEM, f"a{rule}"[:90], rule, now=START)
    pump(START)
    return number


def inside(number: int, rule: dict[str, Any], at: Any) -> bool:
    """Whether anybody is in, by increments; judging everybody must say the same."""
    assert not pump(at).stopped
    kept = set(Membership.objects.filter(audience_id=number).values_list("member_id", flat=True))
    with Cursor(connection.connection) as cursor:
        whole = {one for one, (is_in, _) in everybody(cursor, checked(rule)[1], at, ZONE, live=False).items() if is_in}
    assert kept == whole
    return bool(kept)


def give(who: int, amount: int, key: str, at: Any = START) -> None:
    grant(SYSTEM, [Grant(who, "points", amount, key, BECAUSE, expires_at=ENDS)], now=at)


def test_points_come_in_sight_so_many_days_before_their_last_day_and_are_gone_when_they_end() -> None:
    install()
    happens("page.viewed", "yue")
    rule = {"condition": "expiring", "days": 7, "at_least": 100}
    number = audience(rule)
    give(member("yue"), 100, "a")
    seen = midnight((ENDS - TICK - days(7)).astimezone(ZONE).date(), ZONE)

    assert [inside(number, rule, at) for at in (START, seen - TICK, seen, ENDS - TICK, ENDS)] == [False, False, True, True, False]


def test_why_says_how_much_ends_and_when() -> None:
    install()
    happens("page.viewed", "yue")
    give(member("yue"), 100, "a")
    node = parsed({"condition": "expiring", "days": 366, "at_least": 100}, kinds())

    told = why(node, member("yue"), START)

    assert told.holds
    assert "100 " in told.told
    assert str((ENDS - TICK).astimezone(ZONE).date()) in told.told


def test_using_them_up_ends_it_and_a_hold_that_runs_out_brings_it_back() -> None:
    install()
    happens("page.viewed", "yue")
    rule = {"condition": "expiring", "days": 60, "at_least": 100}
    number, yue = audience(rule), member("yue")
    give(yue, 150, "a")
    assert inside(number, rule, START)

    hold(SYSTEM, [Hold(yue, "points", 100, "h", BECAUSE, START + days(1))], now=START)
    assert not inside(number, rule, START)
    assert inside(number, rule, START + days(1)), "the hold is over: nobody told but time"

    spend(SYSTEM, [Spend(yue, "points", 100, "s", BECAUSE)], now=START + days(2))
    assert not inside(number, rule, START + days(2))


def test_what_orders_earn_counts_as_well() -> None:
    install()
    rule = {"condition": "expiring", "days": 366, "at_least": 99}
    number = audience(rule)

    happens("order.paid", "yue", shop="web", order_number="1", amount_minor=9_900)

    assert inside(number, rule, START + days(40))
    assert values_of([member("yue")], {"points.expiring"}, START)[member("yue")] == {}, "not within sixty days"


def test_templates_say_how_many_points_end_first_and_on_which_day() -> None:
    install()
    happens("page.viewed", "yue")
    yue = member("yue")
    give(yue, 70, "a")
    give(yue, 30, "b")

    said = values_of([yue], {"points.expiring", "points.expires_on", "tier.until", "tier.keep_missing"}, START)[yue]

    assert (said["points.expiring"], said["points.expires_on"]) == (100, (ENDS - TICK).astimezone(ZONE).date())
    assert said["tier.until"] is None


def test_a_tier_is_held_so_long_by_business_days_and_anew_after_it_moved() -> None:
    install()
    happens("page.viewed", "yue")
    happens("order.paid", "yue", shop="web", order_number="1", amount_minor=10_000)
    ((tier, since),) = rows("SELECT tier, since FROM loyalty_standing WHERE member_id = %s", [member("yue")])
    long = {"condition": "tier", "tiers": [tier], "within": {"at_least_days_ago": 3}}
    new = {"condition": "tier", "tiers": [tier], "within": {"last_hours": 5}}
    old, fresh = audience(long), audience(new)
    turns = midnight((since + days(3)).astimezone(ZONE).date(), ZONE)

    assert [inside(fresh, new, at) for at in (START, since + days(5 / 24) - TICK, since + days(5 / 24))] == [True, True, False]
    assert [inside(old, long, at) for at in (turns - TICK, turns)] == [False, True]
    assert str(since.year) in why(parsed(long, kinds()), member("yue"), turns).told

    happens("order.paid", "yue", turns, shop="web", order_number="2", amount_minor=90_000_000)
    ((risen, at),) = rows("SELECT tier, since FROM loyalty_standing WHERE member_id = %s", [member("yue")])
    assert (risen != tier, at) == (True, turns)
    assert not inside(old, long, turns)


def test_faulty_terms_are_refused() -> None:
    assert rule_fault({"condition": "expiring", "days": -1}) is not None
    assert rule_fault({"condition": "tier_ends", "days": 30}) is None


@pytest.mark.parametrize("others", [1, 80])  # few lots go by the fold, many set by set
def test_who_cannot_be_moved_is_set_aside_and_the_points_of_all_others_expire(others: int) -> None:
    install()
    for number in range(others + 1):
        happens("page.viewed", f"u{number}")
        give(member(f"u{number}"), 10, f"k{number}")
    rows("UPDATE loyalty_account SET expired = 9223372036854775807 - 5, spent = 0 WHERE owner_id = %s RETURNING 1", [member("u0")])

    report = pump(ENDS)

    assert (report.stopped, report.held) == ("", 1)
    assert [(one.name, one.member, one.code) for one in held(Position())] == [("loyalty", member("u0"), "poison.NumericValueOutOfRange")]
    assert rows("SELECT owner_id FROM loyalty_lot l JOIN loyalty_account a ON a.id = l.account_id WHERE l.remaining > 0") == [
        (member("u0"),)
    ]
