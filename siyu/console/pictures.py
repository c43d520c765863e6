"""Measures as cards: each function asks `insights.queries` and lays out one part of the dashboard."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from siyu.insights import queries
from siyu.insights.queries import Share
from siyu.lib.web import formats
from siyu.lib.web.charts import Chart, Column, Figure, Heat, Series, bars, change, over_days, ring
from siyu.lib.web.charts import funnel as drawn_funnel
from siyu.lib.web.dates import DateRange
from siyu.merchant.rules import Scope

from .words import ACTIVITIES, FUNNEL, POOL_STAGES, RUNGS, Words, title

CHANNELS = 7  # drawn apart; the rest is "others"
STORES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """What one request of the dashboard brings."""

    charts: list[Chart | Heat] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


def figures(scope: Scope, days: DateRange) -> Part:
    """The range in five numbers, against as many days right before."""
    now, before = queries.revenue_by_day(scope, days), queries.revenue_by_day(scope, days.before)
    came = sum(one.people for one in queries.arrivals(scope, days))
    came_before = sum(one.people for one in queries.arrivals(scope, days.before))
    orders, revenue = sum(day.orders for day in now), sum(day.revenue_minor for day in now)
    orders_before, revenue_before = sum(day.orders for day in before), sum(day.revenue_minor for day in before)
    than = _("than the %(days)s days before") % {"days": days.days}
    return Part(
        figures=[
            Figure(
                _("Identified members"),
                formats.number(queries.identified(scope)),
                help=_("People known by name, merged ones once; as of now."),
            ),
            Figure(
                _("Arrivals"), formats.number(came), change(came, came_before), _("People who came in the range, each once."), note=than
            ),
            Figure(_("Paid orders"), formats.number(orders), change(orders, orders_before), _("Orders paid in the range."), note=than),
            Figure(
                _("Revenue"), formats.money(revenue), change(revenue, revenue_before), _("What buyers paid, before refunds."), note=than
            ),
            Figure(
                _("Per order"),
                formats.money(round(revenue / orders) if orders else None),
                change(revenue / orders, revenue_before / orders_before) if orders and orders_before and revenue_before else None,
                _("Revenue divided by orders."),
                note=than,
            ),
        ]
    )


def arrivals(scope: Scope, days: DateRange) -> Part:
    """People by first channel, per day."""
    found = queries.arrivals(scope, days)
    names = {one.code: one.name or _("No channel known") for one in found}
    totals: Counter[str] = Counter()
    by_day: dict[date, Counter[str]] = defaultdict(Counter)
    for one in found:
        totals[one.code] += one.people
        by_day[one.day][one.code] += one.people
    ranked = [code for code, _people in totals.most_common()]
    apart, others = ranked[:CHANNELS], ranked[CHANNELS:]
    axis = list(days.each_day())
    series = [Series(names[code], [by_day[day][code] for day in axis]) for code in apart]
    if others:
        series.append(Series(_("Others"), [sum(by_day[day][code] for code in others) for day in axis]))
    columns = [Column(_("Day"), "day"), *(Column(names[code], "number") for code in ranked)]
    rows = [(day, *(by_day[day][code] for code in ranked)) for day in axis]
    help = _(
        "Each person once, under the first channel they are attributed to, on the day of that touch; without one, on the day first seen."
    )
    return Part([Chart("arrivals", _("Arrivals by channel"), over_days(axis, series, kind="bar", stacked=True), columns, rows, help)])


def funnel(scope: Scope, days: DateRange) -> Part:
    """First seen → identified → first purchase → repurchase."""
    return Part([_funnel("funnel", _("From first seen to repurchase"), scope, days)])


def funnel_year(scope: Scope, days: DateRange) -> Part:
    """The same over the year up to the range's end, as buying takes time."""
    return Part([_funnel("funnel-year", _("The same over a year"), scope, DateRange.of_preset("year", days.last))])


def _funnel(key: str, name: str, scope: Scope, days: DateRange) -> Chart:
    rows = [(str(FUNNEL[one.code]), one.people, one.step_rate, one.total_rate, one.median_days) for one in queries.funnel(scope, days)]
    columns = [
        Column(_("Step")), Column(_("Heads"), "number"), Column(_("Of the step before"), "percent"),
        Column(_("Of all"), "percent"), Column(_("Median days since the step before"), "number"),
    ]  # fmt: skip
    drawn = [(f"{step}\u2002{formats.percent(rate)}" if rate is not None else step, people) for step, people, rate, *_rest in rows]
    help = _("People first seen in these days, and how far they have come by now. A repurchase is the second paid order.")
    return Chart(key, name, drawn_funnel(drawn), columns, rows, help)


def revenue(scope: Scope, days: DateRange) -> Part:
    """Revenue and refunds by day, and by store."""
    sales = queries.revenue_by_day(scope, days)
    by_day = Chart(
        "revenue",
        _("Revenue by day"),
        over_days(
            [one.day for one in sales],
            [
                Series(_("Revenue"), [formats.major(one.revenue_minor) for one in sales]),
                Series(_("Refunded"), [formats.major(one.refunded_minor) for one in sales]),
            ],
        ),
        [Column(_("Day"), "day"), Column(_("Paid orders"), "number"), Column(_("Revenue"), "money"), Column(_("Refunded"), "money")],
        [(one.day, one.orders, one.revenue_minor, one.refunded_minor) for one in sales],
        _("Revenue on the day an order was paid, before refunds; refunds on the day they were made."),
        kind="money",
    )
    return Part([by_day, _stores(scope, days)])


def _stores(scope: Scope, days: DateRange) -> Chart:
    stores = queries.revenue_by_store(scope, days)
    drawn = stores[:STORES]
    return Chart(
        "stores",
        _("Revenue by store"),
        bars([one.name for one in drawn], [Series(_("Revenue"), [formats.major(one.revenue_minor) for one in drawn])], lying=True),
        [Column(_("Store")), Column(_("Paid orders"), "number"), Column(_("Revenue"), "money")],
        [(one.name, one.orders, one.revenue_minor) for one in stores],
        _("Orders paid in the range by the store they were made in; those of no store under their shop."),
        kind="money",
    )


def cohorts(scope: Scope, days: DateRange) -> Part:
    """Monthly repurchase over the year that ends with the range."""
    found = queries.cohorts(scope, queries.cohort_range(days.last))
    width = max((len(cohort.heads) for cohort in found), default=0)
    rows = [(cohort.month.strftime("%Y-%m"), cohort.heads) for cohort in found]
    help = _("People by month of their first purchase, over the year up to the range's end; how many of them bought in each month since.")
    return Part(
        [
            Heat(
                "cohorts",
                _("Monthly repurchase"),
                _("First purchase"),
                _("Heads"),
                [_("+%(n)s mo.") % {"n": n} for n in range(1, width)],
                rows,
                help,
            )
        ]
    )


def clocks(scope: Scope, days: DateRange) -> Part:
    """Where identified people stand on the three clocks, as of now."""
    found = queries.distribution(scope)
    stages = _("Identified people by days since they entered the pool; as of now.")
    activity = _("Identified buyers by recency against their own rhythm; as of now.")
    ladder = _("Identified people by the highest rung they reached; as of now.")
    return Part(
        [
            _shares("stages", _("Pool stages"), POOL_STAGES, found.pool_stages, stages),
            _shares("activity", _("Purchase activity"), ACTIVITIES, found.activities, activity),
            _shares("ladder", _("Relationship ladder"), RUNGS, found.ladder, ladder, is_scale=True),
        ]
    )


def _shares(key: str, name: str, words: Words, shares: list[Share], help: str, *, is_scale: bool = False) -> Chart:
    rows = [(title(words, one.code), one.people, one.rate) for one in shares]
    parts = [(row[0], row[1]) for row in rows]
    option = bars([row[0] for row in rows], [Series(_("Heads"), [row[1] for row in rows])], lying=True) if is_scale else ring(parts)
    return Chart(key, name, option, [Column(name), Column(_("Heads"), "number"), Column(_("Share"), "percent")], rows, help)


def tiers(scope: Scope, days: DateRange) -> Part:
    """Identified people by tier, as of now."""
    rows = [(one.name or _("No tier"), one.people, one.rate) for one in queries.tiers(scope)]
    option = bars([row[0] for row in rows], [Series(_("Heads"), [row[1] for row in rows])])
    columns = [Column(_("Tier")), Column(_("Heads"), "number"), Column(_("Share"), "percent")]
    return Part([Chart("tiers", _("Tiers"), option, columns, rows, _("Identified people by the tier they hold; as of now."))])
