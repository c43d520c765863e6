"""Channels: their figures over a range, one of them whole, making and changing them."""

import django_tables2 as tables
from django.contrib import messages
from django.forms import CharField, ChoiceField
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.business import business
from siyu.lib.web.charts import Chart, Column, Series, csv_of, over_days
from siyu.lib.web.csv import csv_response
from siyu.lib.web.dates import DateRange
from siyu.lib.web.formats import major
from siyu.lib.web.forms import Form, applied, confirmed
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.rules import Scope

from .. import queries, services
from ..queries import ChannelFigures
from .parts import KINDS, channel_or_404, chosen_days, tabs

SHOWN = 8  # channels drawn by name; the others are summed
HEADER = ("code", "name", "kind", "arrivals", "people", "members", "first_purchases", "cost", "cac")


class ChannelForm(Form):
    name = CharField(label=_("Name"), max_length=100)
    kind = ChoiceField(label=_("Kind"), choices=[(kind, title) for kind, (title, _colour) in KINDS.items()])


class NewChannelForm(ChannelForm):
    field_order = ("code", "name", "kind")
    code = CharField(label=_("Code"), max_length=100, help_text=_("By this code facts and links name the channel; it does not change."))


class Figures(ListTable):
    name = tables.Column(_("Channel"), linkify=("channel", {"pk": tables.A("id")}))
    kind = BadgeColumn(KINDS, _("Kind"))
    arrivals = NumberColumn(_("Arrival facts"))
    people = NumberColumn(_("New people"))
    members = NumberColumn(_("New members"))
    first_purchases = NumberColumn(_("First purchases"))
    cost_minor = MoneyColumn(_("Cost"))
    cac_minor = MoneyColumn(_("Cost per new member"))

    def render_name(self, value: str, record: ChannelFigures) -> str:
        return format_html('{} <span class="badge bg-secondary-lt">{}</span>', value, _("archived")) if record.is_archived else value


class Codes(ListTable):
    code = tables.Column(_("Code"), empty_values=(None,))
    people = NumberColumn(_("New people"))
    members = NumberColumn(_("New members"))

    def render_code(self, value: str) -> str:
        return value or gettext("without a code")


class Rules(ListTable):
    rank = NumberColumn(_("Priority"))
    utm_source = tables.Column(_("utm_source"), default="*", empty_values=("", None))
    utm_medium = tables.Column(_("utm_medium"), default="*", empty_values=("", None))
    utm_campaign = tables.Column(_("utm_campaign"), default="*", empty_values=("", None))


class ChannelCosts(ListTable):
    from_day = tables.Column(_("From day"))
    to_day = tables.Column(_("To day"))
    amount_minor = MoneyColumn(_("Amount"))
    note = tables.Column(_("Note"))
    entered_by = tables.Column(_("Entered by"))
    entered_at = InstantColumn(_("Entered"))


@requires("channels.view")
def channels(request: PageRequest) -> HttpResponseBase:
    """What every channel brought and cost in the range."""
    days, scope = chosen_days(request), request.viewer.scope
    figures = queries.channel_figures(days.first, days.last, business().zone, scope)
    if request.GET.get("csv") == "channels":
        return csv_response(request, "channels", HEADER, map(_row, figures))
    chart = _chart(figures, days, scope)
    if download := csv_of(request, [chart]):
        return download
    parameters = request.GET.copy()
    parameters["csv"] = "channels"
    context = {
        "title": _("Channels"),
        "tabs": tabs("channels"),
        "days": days,
        "chart": chart,
        "table": Figures(figures, empty_text=_("No channels yet: make one, or let a fact name one")),
        "csv_url": f"?{parameters.urlencode()}",
        "is_narrowed": not scope.is_whole,
    }
    return render(request, "acquisition/channels.html", context)


@requires("channels.view")
def channel(request: PageRequest, pk: int) -> HttpResponse:
    """One channel: its codes over the range, its rules, its latest costs."""
    found, days, scope = channel_or_404(pk), chosen_days(request), request.viewer.scope
    context = {
        "title": found.name,
        "channel": found,
        "kind": KINDS.get(found.kind, KINDS["other"]),
        "days": days,
        "codes": Codes(
            queries.codes_of_channel(pk, days.first, days.last, business().zone, scope), empty_text=_("Nobody came in this range")
        ),
        "rules": Rules(queries.rules_of(pk), empty_text=_("No UTM values mean this channel")),
        "costs": ChannelCosts(queries.latest_costs(pk), empty_text=_("No cost was entered")) if scope.is_whole else None,
    }
    return render(request, "acquisition/channel.html", context)


@requires("channels.edit")
def new_channel(request: PageRequest) -> HttpResponse:
    form = NewChannelForm(request.POST or None)
    if request.method == "POST" and applied(
        form, lambda: services.create_channel(request.viewer.actor, **form.cleaned_data, now=utc_now())
    ):
        return redirect("channels")
    return render(request, "web/form.html", {"title": _("New channel"), "form": form, "cancel_url": reverse("channels")})


@requires("channels.edit")
def edit_channel(request: PageRequest, pk: int) -> HttpResponse:
    found = channel_or_404(pk)
    form = ChannelForm(request.POST or None, initial={"name": found.name, "kind": found.kind})
    if request.method == "POST" and applied(form, lambda: services.change_channel(request.viewer.actor, pk, **form.cleaned_data)):
        return redirect("channel", pk=pk)
    return render(request, "web/form.html", {"title": found.name, "form": form, "cancel_url": reverse("channel", args=[pk])})


@requires("channels.edit")
def archive_channel(request: PageRequest, pk: int) -> HttpResponse:
    found = channel_or_404(pk)
    return confirmed(
        request,
        title=found.name,
        question=gettext("Archive “%(name)s”? Its UTM rules no longer match; what came through it stays.") % {"name": found.name},
        button=_("Archive"),
        service=lambda: services.archive_channel(request.viewer.actor, pk, now=utc_now()),
        back=reverse("channel", args=[pk]),
        done=_("Archived."),
    )


@requires("channels.edit")
def restore_channel(request: PageRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        services.restore_channel(request.viewer.actor, pk)
        messages.success(request, gettext("In use again."))
    return redirect("channel", pk=channel_or_404(pk).pk)


def _chart(figures: list[ChannelFigures], days: DateRange, scope: Scope) -> Chart:
    """Arrivals per day of the channels that brought most; the others are summed in one line."""
    counted = queries.arrivals_by_day(days.first, days.last, business().zone, scope)
    named = sorted((one for one in figures if one.arrivals), key=lambda one: -one.arrivals)
    each_day = list(days.each_day())
    series = [Series(one.name, [counted.get((day, one.id), 0) for day in each_day]) for one in named[:SHOWN]]
    if rest := named[SHOWN:]:
        series.append(Series(_("Other channels"), [sum(counted.get((day, one.id), 0) for one in rest) for day in each_day]))
    rows = [[day, *(one.values[index] for one in series)] for index, day in enumerate(each_day)]
    columns = [Column(_("Day"), "day"), *(Column(one.name, "number") for one in series)]
    help = _("Facts that name the channel or carry its UTM values, by business day.")
    return Chart("arrivals", _("Arrival facts by channel"), over_days(each_day, series, kind="bar", stacked=True), columns, rows, help=help)


def _row(one: ChannelFigures) -> tuple:
    counts = (one.arrivals, one.people, one.members, one.first_purchases)
    return (one.code, one.name, one.kind, *counts, major(one.cost_minor), major(one.cac_minor))
