"""Benefits: what is promised to whom, how it is used and what that costs; one of them whole; its uses as a list and as CSV."""

from datetime import date

import django_tables2 as tables
from django.forms import CharField, DateField
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.charts import Chart, Column, Series, csv_of, over_days
from siyu.lib.web.csv import csv_response
from siyu.lib.web.dates import DateRange
from siyu.lib.web.formats import major
from siyu.lib.web.forms import DayInput, Form
from siyu.lib.web.tables import BadgeColumn, DayColumn, InstantColumn, ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.rules import Scope

from ..queries import benefits as queries
from ..queries.benefits import BenefitView, UseView
from ..queries.plans import plan_names
from ..rules.benefits import Benefit
from ..services.benefits import archive_benefit
from ..titles import FAMILIES, PERS, SOURCES, kind_title
from .deeds import answered, chosen_days, this_day
from .promises import benefit_tabs

USE_HEADER = ("benefit", "member", "used_at", "quantity", "returned", "saved", "cost", "source", "by", "ref")
DRAWN = 8  # benefits drawn by name


class Benefits(ListTable):
    name = tables.Column(_("Benefit"), linkify=("benefit", {"code": tables.A("code")}))
    family = BadgeColumn(FAMILIES, _("Family"))
    words = tables.Column(_("What it gives"), empty_values=())
    quota = tables.Column(_("Quota"), accessor="benefit", empty_values=())
    uses = NumberColumn(_("Uses"))
    members = NumberColumn(_("Members who used it"))
    value_minor = MoneyColumn(_("Saved by members"))
    cost_minor = MoneyColumn(_("Cost"))
    until_day = DayColumn(_("Valid until"))

    def render_words(self, record: BenefitView) -> str:
        return record.words or kind_title(record.kind)

    def render_quota(self, value: Benefit) -> str:
        return quota_words(value)


class Uses(ListTable):
    nickname = tables.Column(_("Member"), linkify=lambda record: reverse("member-benefits", args=[record.public_id]), empty_values=())
    benefit = tables.Column(_("Benefit"))
    used_at = InstantColumn(_("Used"))
    quantity = NumberColumn(_("How often"))
    returned = NumberColumn(_("Given back"))
    value_minor = MoneyColumn(_("Saved"))
    cost_minor = MoneyColumn(_("Cost"))
    source = tables.Column(_("By what"))
    by = tables.Column(_("By"))
    ref = tables.Column(_("For"))

    def render_nickname(self, record: UseView) -> str:
        return record.nickname or record.public_id

    def render_source(self, value: str) -> str:
        return str(SOURCES.get(value, value))


class Grants(ListTable):
    nickname = tables.Column(_("Member"), linkify=lambda record: reverse("member-benefits", args=[record.public_id]), empty_values=())
    source = tables.Column(_("By what"))
    from_at = InstantColumn(_("Given on"))
    until_at = InstantColumn(_("Valid until"))
    times = NumberColumn(_("More uses"))
    because = tables.Column(_("Reason"))

    def render_nickname(self, record: queries.GrantView) -> str:
        return record.nickname or record.public_id

    def render_source(self, value: str) -> str:
        return str(SOURCES.get(value, value))


class EndForm(Form):
    last_day = DateField(label=_("Last day"), widget=DayInput())
    code = CharField(label=_("Type the code to confirm"), max_length=40)


def quota_words(benefit: Benefit) -> str:
    """How often, in words."""
    quota = benefit.definition.quota
    if quota is None:
        return gettext("as often as wanted")
    return gettext("%(times)s × %(period)s") % {"times": quota.times, "period": PERS[quota.per]}


@requires("membership.view")
def benefits(request: PageRequest) -> HttpResponseBase:
    """Every benefit with its use and cost over the range."""
    days, scope = chosen_days(request), request.viewer.scope
    views = queries.benefit_views(days.first, days.last, scope)
    if request.GET.get("csv") == "benefits":
        header = ("code", "name", "kind", "uses", "members", "saved", "cost")
        rows = ((one.code, one.name, one.kind, one.uses, one.members, major(one.value_minor), major(one.cost_minor)) for one in views)
        return csv_response(request, "benefits", header, rows)
    chart = trend(views, days, scope)
    if download := csv_of(request, [chart]):
        return download
    parameters = request.GET.copy()
    parameters["csv"] = "benefits"
    context = {
        "title": _("Benefits"),
        "tabs": benefit_tabs("benefits"),
        "days": days,
        "chart": chart,
        "table": Benefits(views, empty_text=_("No benefits yet: publish one, or install the usual ones")),
        "csv_url": f"?{parameters.urlencode()}",
        "is_empty": not views,
    }
    return render(request, "membership/benefits.html", context)


@requires("membership.view")
def uses(request: PageRequest) -> HttpResponseBase:
    """The latest uses over the range; all of them as CSV."""
    days, scope = chosen_days(request), request.viewer.scope
    chosen = request.GET.get("benefit") or None
    if request.GET.get("csv"):
        found = queries.latest_uses(scope, benefit=chosen, first=days.first, last=days.last, limit=queries.EXPORT)
        return csv_response(request, "benefit-uses", USE_HEADER, map(_use_row, found))
    parameters = request.GET.copy()
    parameters["csv"] = "1"
    context = {
        "title": _("Uses of benefits"),
        "tabs": benefit_tabs("benefit-uses"),
        "days": days,
        "table": Uses(
            _named(queries.latest_uses(scope, benefit=chosen, first=days.first, last=days.last)), empty_text=_("Nothing was used")
        ),
        "csv_url": f"?{parameters.urlencode()}",
    }
    return render(request, "membership/benefits.html", context)


@requires("membership.view")
def benefit(request: PageRequest, code: str) -> HttpResponseBase:
    """One benefit: its terms, who has it by what, its use and cost over the range, its versions."""
    days, scope = chosen_days(request), request.viewer.scope
    view = view_or_404(code, days, scope)
    chart = trend([view], days, scope)
    if download := csv_of(request, [chart]):
        return download
    names = {"tier": dict(queries.tiers_now(this_day())), "plan": plan_names()}
    who = queries.who_has(view.benefit, scope, this_day())
    lines = [(SOURCES.get(by, by), names.get(by, {}).get(name, name), count) for by, name, count in who]
    context = {
        "title": view.name,
        "view": view,
        "kind": kind_title(view.kind),
        "family": FAMILIES.get(view.family, ("", "secondary")),
        "quota": quota_words(view.benefit),
        "who": lines,
        "days": days,
        "chart": chart,
        "versions": queries.versions_of(code),
        "uses": Uses(
            queries.latest_uses(scope, benefit=code, first=days.first, last=days.last)[:20],
            empty_text=_("Nothing was used"),
            exclude=("benefit",),
        ),
        "grants": Grants(queries.grants(scope, utc_now(), benefit=code)[:20], empty_text=_("Given to nobody by hand")),
    }
    return render(request, "membership/benefit.html", context)


@requires("membership.edit")
def end_benefit(request: PageRequest, code: str) -> HttpResponse:
    """Ask for the last day and the code, then end a benefit for everybody."""
    view = view_or_404(code, DateRange(this_day(), this_day()), request.viewer.scope)
    form = EndForm(request.POST or None, initial={"last_day": this_day()})
    if request.method == "POST" and form.is_valid() and form.cleaned_data["code"] != code:
        form.add_error("code", gettext("this is another code"))
    return answered(
        request,
        form,
        lambda: archive_benefit(request.viewer.actor, code, form.cleaned_data["last_day"], today=this_day(), now=utc_now()),
        title=gettext("End “%(name)s”") % {"name": view.name},
        help=_("Nobody has it from the next day on; uses and their cost stay."),
        button=_("End it"),
        back=reverse("benefit", args=[code]),
        done=_("It will end."),
    )


def view_or_404(code: str, days: DateRange, scope: Scope) -> BenefitView:
    found = next((one for one in queries.benefit_views(days.first, days.last, scope) if one.code == code), None)
    if found is None:
        raise Http404
    return found


def trend(views: list[BenefitView], days: DateRange, scope: Scope) -> Chart:
    """Uses by day of the benefits that are used most, with what each day cost."""
    counted = queries.uses_by_day(days.first, days.last, scope)
    each_day = list(days.each_day())
    drawn = sorted((one for one in views if one.uses), key=lambda one: -one.uses)[:DRAWN] or views[:1]
    series = [Series(one.name, [counted.get((day, one.code), (0, 0))[0] for day in each_day]) for one in drawn]
    codes = {one.code for one in views}
    costs: dict[date, int] = {}
    for (day, code), (_uses, cost) in counted.items():
        if code in codes:
            costs[day] = costs.get(day, 0) + cost
    rows = [[day, *(one.values[index] for one in series), costs.get(day, 0)] for index, day in enumerate(each_day)]
    columns = [Column(_("Day"), "day"), *(Column(one.name, "number") for one in series), Column(_("Cost"), "money")]
    help = _("Uses less those given back, by business day; the cost is the benefit's own estimate for one use.")
    return Chart("uses", _("Uses by day"), over_days(each_day, series, kind="bar", stacked=True), columns, rows, help=help)


def _named(uses: list[UseView]) -> list[UseView]:
    """The same with names of benefits in the place of their codes."""
    names = queries.benefit_names()
    return [one._replace(benefit=names.get(one.benefit, one.benefit)) for one in uses]


def _use_row(one: UseView) -> tuple:
    figures = (one.quantity, one.returned, major(one.value_minor), major(one.cost_minor))
    return (one.benefit, one.public_id, date_format(one.used_at, "c"), *figures, one.source, one.by, one.ref)
