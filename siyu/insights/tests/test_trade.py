"""Measures of trade and of single days against books small enough to count by hand."""

from datetime import date

import pytest

from siyu.insights import queries
from siyu.lib.web.dates import DateRange
from siyu.merchant.rules import WHOLE, Scope

from . import builders as pool

pytestmark = pytest.mark.django_db
WEEK = DateRange(date(2026, 3, 2), date(2026, 3, 8))


def test_revenue_goes_by_the_business_day_and_refunds_by_their_own():
    late, early = pool.buys(None, "2026-03-03 23:59", "2026-03-04 00:01", amount=500)
    pool.buys(None, "2026-03-01 23:59", "2026-03-09 00:00")
    pool.refund(late, "2026-03-08 10:00", 200)

    found = {sales.day.day: (sales.orders, sales.revenue_minor, sales.refunded_minor) for sales in queries.revenue_by_day(WHOLE, WEEK)}

    assert found == {2: (0, 0, 0), 3: (1, 500, 0), 4: (1, 500, 0), 5: (0, 0, 0), 6: (0, 0, 0), 7: (0, 0, 0), 8: (0, 0, 200)}
    assert early.paid_day == date(2026, 3, 4)


def test_an_assistant_sees_the_orders_of_own_customers_and_a_store_its_own():
    east, anna = pool.store("East"), pool.assistant("anna")
    own = pool.person("2026-03-01", identified="2026-03-01", assistant=anna)
    pool.buys(own, "2026-03-03 10:00", amount=300)
    pool.buys(None, "2026-03-03 10:00", amount=40, store=east)

    assert sum(sales.revenue_minor for sales in queries.revenue_by_day(WHOLE, WEEK)) == 340
    assert sum(sales.revenue_minor for sales in queries.revenue_by_day(Scope(assistant_id=anna.pk), WEEK)) == 300
    assert sum(sales.revenue_minor for sales in queries.revenue_by_day(Scope(store_ids=(east.pk,)), WEEK)) == 40


def test_stores_come_best_first_and_orders_of_no_store_under_their_shop():
    east = pool.store("East")
    pool.buys(None, "2026-03-03 10:00", amount=100, store=east)
    pool.buys(None, "2026-03-03 10:00", "2026-03-04 10:00", amount=400)

    assert [(one.name, one.orders, one.revenue_minor) for one in queries.revenue_by_store(WHOLE, WEEK)] == [
        ("Web shop", 2, 800),
        ("East", 1, 100),
    ]


def test_products_come_by_the_amount_of_their_lines():
    first, second = pool.buys(None, "2026-03-03 10:00", "2026-03-04 10:00")
    outside = pool.buys(None, "2026-03-20 10:00")[0]
    pool.line(first, "soap", 300, 3)
    pool.line(first, "tea", 500)
    pool.line(second, "soap", 400, 4)
    pool.line(outside, "tea", 9_000)

    found = queries.top_products(WHOLE, WEEK)

    assert [(one.name, one.quantity, one.revenue_minor) for one in found] == [("Soap", 7, 700), ("Tea", 1, 500)]
    assert len(queries.top_products(WHOLE, WEEK, limit=1)) == 1


def test_a_cohort_is_the_month_of_the_first_purchase():
    january = pool.person("2026-01-01", identified="2026-01-01")
    pool.buys(january, "2026-01-05", "2026-01-25", "2026-03-31 23:59")
    other = pool.person("2026-01-01", identified="2026-01-01")
    pool.buys(other, "2026-01-31 23:59", "2026-02-01 00:00")
    march = pool.person("2026-01-01", identified="2026-01-01")
    pool.buys(march, "2026-03-01 00:00")
    before = pool.person("2025-01-01", identified="2025-01-01")
    pool.buys(before, "2025-12-31 23:59", "2026-01-03")

    found = queries.cohorts(WHOLE, DateRange(date(2026, 1, 1), date(2026, 3, 31)))

    assert [(cohort.month.month, cohort.heads) for cohort in found] == [(1, (2, 1, 1)), (3, (1,))]
    assert found[0].rate(2) == 0.5


def test_a_year_of_cohorts_begins_with_the_same_month_of_last_year():
    assert queries.cohort_range(date(2026, 3, 15)) == DateRange(date(2025, 3, 1), date(2026, 3, 15))
    assert queries.cohort_range(date(2026, 12, 31)).first == date(2025, 12, 1)


def test_a_day_counts_people_by_what_they_did_themselves():
    person, other = pool.person("2026-03-03 09:00", identified="2026-03-03"), pool.person("2026-03-01 09:00")
    for name in ("page.viewed", "page.viewed", "cart.added"):
        pool.fact(person, name, "2026-03-03 09:00")
    pool.fact(other, "campaign.received", "2026-03-03 10:00")
    pool.fact(other, "stage.changed", "2026-03-03 10:00", depth=1)
    pool.fact(other, "page.viewed", "2026-03-04 00:00")
    pool.buys(person, "2026-03-03 12:00", amount=700)
    pool.earns(person, date(2026, 3, 3), 7)
    pool.earns(person, date(2026, 3, 3), 5, kind="mature")
    pool.earns(person, date(2026, 3, 5), 9)

    today, tomorrow = queries.day_figures(WHOLE, DateRange(date(2026, 3, 3), date(2026, 3, 4)))

    assert (today.new, today.new_identified, today.active, today.orders, today.revenue_minor, today.points) == (1, 1, 1, 1, 700, 7)
    assert (tomorrow.new, tomorrow.active, tomorrow.orders, tomorrow.points) == (0, 1, 0, 0)
    assert not tomorrow.is_empty


def test_the_last_day_is_the_newest_anyone_was_seen():
    assert queries.last_day() is None
    pool.person("2026-03-03 09:00")
    pool.person("2026-03-01 09:00")
    assert queries.last_day() == date(2026, 3, 3)
