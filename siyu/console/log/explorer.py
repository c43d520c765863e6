"""The facts explorer: what came in, by name, source, days and member; and one fact with its cause and what the rooms made of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import django_tables2 as tables
from django.forms import CharField, ChoiceField, HiddenInput, TypedChoiceField
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.facts.words import fact_title
from siyu.lib.clock import EPOCH, utc_now
from siyu.lib.web.business import business
from siyu.lib.web.charts import Chart, Column, Series, csv_of, over_days
from siyu.lib.web.dates import DateRange
from siyu.lib.web.forms import FilterForm
from siyu.lib.web.keyset import Position, paged
from siyu.lib.web.tables import InstantColumn, ListTable
from siyu.loyalty.queries.units import unit_names
from siyu.members.queries import identities, member
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today
from siyu.merchant.rules import Scope

from ..facts import Plain, fact_url, move_in_words, pairs, values_behind
from ..people.filters import found
from ..people.rows import sources
from ..people.why import kind_words
from . import reading
from .reading import DayCount, LoggedRow, Wanted

LINES = 7  # names drawn one by one; the rest is one line
SHOWN = 4  # properties in a row of the list
LATEST = datetime(9998, 1, 1, tzinfo=UTC)


class FactFilters(FilterForm):
    name = ChoiceField(label=_("Name"), required=False)
    source = TypedChoiceField(label=_("Source"), coerce=int, empty_value=None, required=False)
    member = CharField(label=_("Member"), max_length=100, required=False, help_text="")

    def __init__(self, given: Any, chosen: DateRange) -> None:
        super().__init__(given)
        names = [(name, fact_title(name)) for name in reading.names(chosen.last - timedelta(days=365))]
        self.fields["name"].choices = [("", _("All")), *names]  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", _("All")), *sources()]  # type: ignore[attr-defined]
        self.fields["member"].widget.attrs["placeholder"] = _("Public id, phone, e-mail…")
        for field in ("range", "from", "to"):
            self.fields[field] = CharField(required=False, widget=HiddenInput)

    def wanted(self, scope: Scope) -> Wanted:
        """The filter in the log's terms; a member means every handle of whom the text may mean."""
        text, handles = self.chosen.get("member", ""), None
        if text:
            ids = [number for number in found(text, scope) if member(number, scope) is not None]
            handles = [one.id for one in identities(ids)]
        return Wanted(self.chosen.get("name", ""), self.chosen.get("source"), handles)


class Facts(ListTable):
    occurred_at = InstantColumn(_("When"), linkify=lambda record: fact_url(record.occurred_at, record.id))
    name = tables.Column(_("Fact"))
    member = tables.Column(_("Member"), accessor="public_id", linkify=("member", {"public_id": tables.A("public_id")}))
    properties = tables.Column(_("Properties"), attrs={"td": {"class": "siyu-break"}})
    source = tables.Column(_("Source"))

    def __init__(self, rows: Sequence[LoggedRow], **options: Any) -> None:
        self.plain: Plain = values_behind(row.properties for row in rows)
        super().__init__(rows, **options)

    def render_name(self, record: LoggedRow) -> str:
        derived = format_html(' <span class="badge bg-purple-lt">{}</span>', gettext("derived")) if record.depth else ""
        return format_html("{}{}", fact_title(record.name), derived)

    def render_member(self, record: LoggedRow) -> str:
        return record.nickname or record.public_id or ""

    def render_properties(self, record: LoggedRow) -> str:
        if moved := move_in_words(record.name, record.properties):
            return moved
        shown = pairs(record.name, record.properties, self.plain, SHOWN)
        return format_html_join(" ", '<span class="text-secondary">{}</span> {}', shown)

    def render_source(self, record: LoggedRow) -> str:
        return record.badge or record.source


@requires("facts.view")
def explorer(request: PageRequest) -> HttpResponseBase:
    """The facts of the last seven days with any, unless other days are asked for."""
    scope, now = request.viewer.scope, utc_now()
    last = reading.newest_day()
    chosen = DateRange.from_request(request, min(last, today(now)) if last else today(now), "7")
    filters = FactFilters(request.GET or None, chosen)
    wanted = filters.wanted(scope)
    counted = reading.days(chosen, wanted.name, wanted.source)
    charts = [_chart(chosen, counted)] if scope.is_whole and wanted.handles is None else []
    if (file := csv_of(request, charts)) is not None:
        return file
    span = reading.narrowed(chosen, counted)

    def fetch(at: Position) -> list[LoggedRow]:
        zone = business().zone
        return reading.facts(scope, at, span.begin(zone), span.end(zone), wanted) if span else []

    page = paged(request, fetch, key=lambda row: (row.occurred_at, row.id), order="facts:-occurred_at")
    table = Facts(page.rows, empty_text=_("No fact of these days matches"))
    context = {"title": _("Facts"), "filters": filters, "range": chosen, "charts": charts, "table": table, "page": page}
    return render(request, "console/log/facts.html", context)


def _chart(chosen: DateRange, counted: Sequence[DayCount]) -> Chart:
    """Facts per day: the most frequent names one by one, the others together."""
    sums = Counter[str]()
    for one in counted:
        sums[one.name] += one.facts
    names = [name for name, _count in sums.most_common(LINES)]
    by_day = {(one.day, one.name): one.facts for one in counted}
    all_days = list(chosen.each_day())
    totals = Counter[Any]()
    for one in counted:
        totals[one.day] += one.facts
    series = [Series(fact_title(name), [by_day.get((day, name), 0) for day in all_days]) for name in names]
    if len(sums) > len(names):
        series.append(Series(_("Others"), [totals[day] - sum(by_day.get((day, name), 0) for name in names) for day in all_days]))
    columns = [Column(_("Day"), "day"), *(Column(one.name, "number") for one in series)]
    rows = [[day, *(one.values[place] for one in series)] for place, day in enumerate(all_days)]
    said = _("Facts by the business day on which they happened, derived ones included.")
    return Chart("facts", _("Facts per day"), over_days(all_days, series, kind="bar", stacked=True), columns, rows, help=said, height=260)


@requires("facts.view")
def fact(request: PageRequest, at: int, pk: int) -> HttpResponse:
    """One fact: properties, cause, what it caused, and what became of it."""
    try:
        instant = EPOCH + timedelta(microseconds=at)
    except OverflowError as error:
        raise Http404 from error
    one = reading.one_fact(request.viewer.scope, instant, pk) if instant < LATEST and pk < 2**63 else None
    if one is None:
        raise Http404
    causes, caused = reading.family(one)
    plain = values_behind([one.properties])
    context = {
        "title": fact_title(one.name),
        "fact": one,
        "pairs": pairs(one.name, one.properties, plain),
        "lines": _lines(one.properties, plain),
        "causes": [(fact_title(name), fact_url(one.occurred_at, number)) for number, name in causes],
        "caused": [(fact_title(name), fact_url(one.occurred_at, number)) for number, name in caused],
        "order": reading.order_of(one) if request.viewer.may("orders.view") else None,
        "entries": _entries(one) if request.viewer.may("loyalty.view") else [],
    }
    return render(request, "console/log/fact.html", context)


def _entries(one: reading.OneFact) -> list[tuple[str, str, int, int | None]]:
    units = unit_names()
    return [
        (units.get(unit, unit), rule or kind_words(kind), amount, version) for unit, kind, amount, rule, version in reading.entries(one)
    ]


def _lines(properties: dict[str, Any], plain: Plain) -> list[list[tuple[str, str]]]:
    """The lines of an order as (name, value) pairs; the first hundred."""
    lines = properties.get("lines")
    return [pairs("", line, plain) for line in lines[:100] if isinstance(line, dict)] if isinstance(lines, list) else []
