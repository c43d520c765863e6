"""Measures of people against pools small enough to count by hand."""

from datetime import date

import pytest

from siyu.insights import queries
from siyu.lib.web.dates import DateRange
from siyu.merchant.rules import WHOLE, Scope

from . import builders as pool

pytestmark = pytest.mark.django_db
MARCH = DateRange(date(2026, 3, 1), date(2026, 3, 31))


def test_identified_are_named_unmerged_people():
    pool.person("2026-03-01", identified="2026-03-01")
    pool.person("2026-03-01")
    pool.person("2026-03-01", identified="2026-03-01", merged=True)

    assert queries.identified(WHOLE) == 1


def test_a_store_manager_counts_the_people_of_the_store_and_an_assistant_their_own():
    east, anna = pool.store("East"), pool.assistant("anna")
    pool.person("2026-03-01", identified="2026-03-01", store=east)
    pool.person("2026-03-01", identified="2026-03-01", assistant=anna)
    pool.person("2026-03-01", identified="2026-03-01")

    assert queries.identified(WHOLE) == 3
    assert queries.identified(Scope(store_ids=(east.pk,))) == 1
    assert queries.identified(Scope(assistant_id=anna.pk)) == 1
    assert queries.identified(Scope(store_ids=())) == 0


def test_the_funnel_narrows_step_by_step():
    bystander = pool.person("2026-03-02 10:00")
    named = pool.person("2026-03-02 10:00", identified="2026-03-04 10:00")
    buyer = pool.person("2026-03-02 10:00", identified="2026-03-02 10:00")
    regular = pool.person("2026-03-02 10:00", identified="2026-03-06 10:00")
    earlier = pool.person("2026-02-28 10:00", identified="2026-03-01 10:00")
    pool.buys(buyer, "2026-03-05 10:00")
    pool.buys(regular, "2026-03-07 10:00", "2026-03-17 10:00", "2026-03-18 10:00")
    pool.buys(bystander, "2026-03-09 10:00")
    pool.buys(earlier, "2026-03-09 10:00")

    seen, identified, first, again = queries.funnel(WHOLE, MARCH)

    assert [step.people for step in (seen, identified, first, again)] == [4, 3, 2, 1]
    assert seen.step_rate is None
    assert identified.step_rate == 3 / 4
    assert first.step_rate == 2 / 3
    assert again.step_rate == 1 / 2
    assert again.total_rate == 1 / 4
    assert identified.median_days == 2  # of 2, 0 and 4 days
    assert first.median_days == 2  # of 3 and 1
    assert again.median_days == 10
    assert named.is_identified


def test_two_orders_of_one_instant_are_a_repurchase():
    person = pool.person("2026-03-02", identified="2026-03-02")
    pool.buys(person, "2026-03-05 10:00", "2026-03-05 10:00")

    again = queries.funnel(WHOLE, MARCH)[3]

    assert (again.people, again.median_days) == (1, 0)


def test_an_empty_range_has_an_empty_funnel():
    assert [step.people for step in queries.funnel(WHOLE, MARCH)] == [0, 0, 0, 0]
    assert all(step.step_rate is None for step in queries.funnel(WHOLE, MARCH))


def test_everyone_arrives_once_by_their_first_channel_on_the_business_day():
    pool.comes_by(pool.person("2026-03-01 09:00"), "douyin", "2026-03-03 00:10")  # 16:10 UTC of the day before
    pool.comes_by(pool.person("2026-03-02 09:00"), "douyin", "2026-03-03 23:50")
    pool.person("2026-03-03 12:00")
    pool.comes_by(pool.person("2026-03-03 09:00"), "store", "2026-04-01 00:00")

    found = queries.arrivals(WHOLE, MARCH)

    assert [(one.day, one.code, one.people) for one in found] == [(date(2026, 3, 3), "douyin", 2), (date(2026, 3, 3), "", 1)]


def test_the_three_clocks_are_counted_in_the_order_of_their_scales():
    for stage, activity, rung in (("silent", "active", "buyer"), ("silent", "", "friend"), ("", "lost", "buyer"), ("", "", "stranger")):
        pool.lives(pool.person("2026-03-01", identified="2026-03-01"), stage, activity, rung)
    pool.lives(pool.person("2026-03-01"), "active", "active", "follower")  # nobody we know by name

    found = queries.distribution(WHOLE)

    assert [(share.code, share.people) for share in found.pool_stages] == [("silent", 2), ("growing", 0), ("active", 0), ("declining", 0)]
    assert found.pool_stages[0].rate == 1.0
    assert (found.not_in_pool, found.never_bought) == (2, 2)
    assert [share.people for share in found.activities] == [1, 0, 1]
    assert {share.code: share.people for share in found.ladder if share.people} == {"stranger": 1, "friend": 1, "buyer": 2}


def test_tiers_come_lowest_first_by_the_newest_version():
    pool.model("loyalty.Tier").all().delete()
    for code, name, rank, version in (
        ("silver", "Silver", 1, 1),
        ("old", "Old", 3, 1),
        ("silver", "Sterling", 1, 2),
        ("gold", "Gold", 2, 2),
    ):
        pool.tier(code, name, rank, version)
    pool.holds(pool.person("2026-03-01", identified="2026-03-01"), "silver")

    assert [(share.name, share.people) for share in queries.tiers(WHOLE)] == [("Sterling", 1), ("Gold", 0)]

    pool.holds(pool.person("2026-03-01", identified="2026-03-01"), "old")
    pool.person("2026-03-01", identified="2026-03-01")

    assert [(share.code, share.people) for share in queries.tiers(WHOLE)] == [("", 1), ("silver", 1), ("gold", 0), ("old", 1)]
