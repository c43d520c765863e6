"""Paid membership: plans with their members, fee income and renewals; one plan whole; who is in which."""

import django_tables2 as tables
from django.forms import ChoiceField, DateField
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.business import business
from siyu.lib.web.charts import Chart, Column, Figure, Series, bars, csv_of
from siyu.lib.web.csv import csv_response
from siyu.lib.web.dates import DateRange
from siyu.lib.web.formats import major, money, percent
from siyu.lib.web.forms import DayInput, FilterForm, Form
from siyu.lib.web.keyset import Position, paged
from siyu.lib.web.tables import BadgeColumn, DayColumn, ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.rules import Scope

from ..queries import benefits as of_benefits
from ..queries import plans as queries
from ..queries.plans import PlanView, Subscriber
from ..services.plans import archive_plan
from ..titles import STATES
from .deeds import answered, chosen_days, this_day
from .promises import plan_tabs

HEADER = ("member", "plan", "state", "since", "until", "auto_renew", "paid", "refunded")
EXPORT = 100_000


class Plans(ListTable):
    name = tables.Column(_("Plan"), accessor="plan__name", linkify=("plan", {"code": tables.A("plan__code")}))
    price = MoneyColumn(_("Price"), accessor="plan__terms__price_minor")
    period = tables.Column(_("Period"), accessor="plan", empty_values=())
    members = NumberColumn(_("Members now"))
    trial = NumberColumn(_("On trial"), accessor="states", empty_values=())
    runs_out = NumberColumn(_("Runs out"), accessor="states", empty_values=())
    grace = NumberColumn(_("In grace"), accessor="states", empty_values=())
    ended = NumberColumn(_("Ended"), accessor="states", empty_values=())
    until_day = DayColumn(_("Sold until"))

    def render_period(self, record: PlanView) -> str:
        return period_words(record.plan.terms)

    def render_trial(self, value: dict[str, int]) -> str:
        return str(value.get("trial", 0))

    def render_runs_out(self, value: dict[str, int]) -> str:
        return str(value.get("cancelled", 0))

    def render_grace(self, value: dict[str, int]) -> str:
        return str(value.get("grace", 0))

    def render_ended(self, value: dict[str, int]) -> str:
        return str(value.get("ended", 0))


class Subscribers(ListTable):
    nickname = tables.Column(_("Member"), linkify=lambda record: reverse("member-benefits", args=[record.public_id]), empty_values=())
    plan = tables.Column(_("Plan"))
    state = BadgeColumn(STATES, _("State"))
    since = DayColumn(_("Member since"))
    until = DayColumn(_("Paid until"))
    paid_minor = MoneyColumn(_("Fees received"))
    refunded_minor = MoneyColumn(_("Paid back"))

    def render_nickname(self, record: Subscriber) -> str:
        return record.nickname or record.public_id


class SubscriberFilter(FilterForm):
    plan = ChoiceField(label=_("Plan"), required=False)
    state = ChoiceField(label=_("State"), required=False, choices=[("", _("Any state")), *((key, STATES[key][0]) for key in STATES if key)])

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.fields["plan"].choices = [("", _("Any plan")), *queries.plan_names().items()]  # type: ignore[attr-defined]


class LastDayForm(Form):
    last_day = DateField(label=_("Last day of sale"), widget=DayInput())


def period_words(terms: object) -> str:
    """The period of a plan in words."""
    months, days = terms.months, terms.days  # type: ignore[attr-defined]
    parts = [gettext("%(count)s months") % {"count": months}] if months else []
    parts += [gettext("%(count)s days") % {"count": days}] if days else []
    return " ".join(parts)


@requires("membership.view")
def plans(request: PageRequest) -> HttpResponseBase:
    """Every plan, what fees came in and were earned, and how many members stay."""
    days, scope = chosen_days(request), request.viewer.scope
    chart = income_chart(days, scope, None)
    if download := csv_of(request, [chart]):
        return download
    views = queries.plan_views(scope)
    context = {
        "title": _("Plans"),
        "tabs": plan_tabs("plans"),
        "days": days,
        "figures": figures(days, scope, None, sum(view.members for view in views)),
        "chart": chart,
        "table": Plans(views, empty_text=_("No plans yet: make one that members pay for")),
    }
    return render(request, "membership/plans.html", context)


@requires("membership.view")
def plan(request: PageRequest, code: str) -> HttpResponseBase:
    """One plan: terms, members by state, income, renewals, versions."""
    days, scope = chosen_days(request), request.viewer.scope
    view = view_or_404(code, scope)
    chart = income_chart(days, scope, code)
    if download := csv_of(request, [chart]):
        return download
    names = {one.code: one.name for one in of_benefits.benefit_views(days.first, days.last, scope)}
    context = {
        "title": view.plan.name,
        "view": view,
        "terms": view.plan.terms,
        "period": period_words(view.plan.terms),
        "benefits": [(one, names.get(one, one)) for one in view.plan.terms.benefits],
        "states": [(*STATES[state], count) for state, count in sorted(view.states.items()) if state in STATES],
        "days": days,
        "figures": figures(days, scope, code, view.members),
        "chart": chart,
        "versions": queries.plan_versions(code),
    }
    return render(request, "membership/plan.html", context)


@requires("membership.view")
def subscribers(request: PageRequest) -> HttpResponseBase:
    """Members of plans, by plan and state; all of them as CSV."""
    filters, scope = SubscriberFilter(request.GET or None), request.viewer.scope
    if request.GET.get("csv"):
        found = queries.subscribers(scope, Position(limit=EXPORT), **filters.chosen)
        return csv_response(request, "subscribers", HEADER, map(_row, found))
    page = paged(
        request, lambda at: queries.subscribers(scope, at, **filters.chosen), key=lambda row: (row.member_id,), order="subscribers:-member"
    )
    names = queries.plan_names()
    parameters = request.GET.copy()
    parameters["csv"] = "1"
    context = {
        "title": _("Members of plans"),
        "tabs": plan_tabs("subscribers"),
        "filters": filters,
        "table": Subscribers([row._replace(plan=names.get(row.plan, row.plan)) for row in page.rows], empty_text=_("Nobody")),
        "page": page,
        "csv_url": f"?{parameters.urlencode()}",
    }
    return render(request, "membership/tabbed.html", context)


@requires("membership.edit")
def end_plan(request: PageRequest, code: str) -> HttpResponse:
    """Ask for the last day of sale, then stop selling; who paid keeps the plan to its end."""
    view = view_or_404(code, request.viewer.scope)
    form = LastDayForm(request.POST or None, initial={"last_day": this_day()})
    return answered(
        request,
        form,
        lambda: archive_plan(request.viewer.actor, code, form.cleaned_data["last_day"], today=this_day(), now=utc_now()),
        title=gettext("Stop selling “%(name)s”") % {"name": view.plan.name},
        help=_("Who paid keeps it to the end of the paid days; nobody can renew after the last day of sale."),
        button=_("Stop selling"),
        back=reverse("plan", args=[code]),
        done=_("It will no longer be sold."),
    )


def view_or_404(code: str, scope: Scope) -> PlanView:
    found = next((view for view in queries.plan_views(scope) if view.plan.code == code), None)
    if found is None:
        raise Http404
    return found


def figures(days: DateRange, scope: Scope, plan: str | None, members: int) -> list[Figure]:
    """Members now, fees earned and paid over the range, renewal and trial conversion."""
    months = queries.income(days.first, days.last, business().zone, scope, plan)
    counted: dict[str, tuple[int, int]] = {}
    for one in queries.renewals(days.first, days.last, scope, plan):
        ended, followed = counted.get(one.kind, (0, 0))
        counted[one.kind] = (ended + one.ended, followed + one.followed)
    renewal = _("Of the paid periods that ended in the range, those that a paid period followed the same day.")
    trial = _("Of the trials that ended in the range, those that a paid period followed the same day.")
    return [
        Figure(_("Members now"), f"{members:,}", help=_("On trial, running, running out or in grace.")),
        Figure(_("Fees earned"), money(sum(one.recognised_minor for one in months)), help=_("By the days of the months of the range.")),
        Figure(_("Fees paid"), money(sum(one.paid_minor - one.refunded_minor for one in months)), help=_("Less what was paid back.")),
        Figure(_("Renewal rate"), _share(counted.get("paid")), help=renewal),
        Figure(_("Trials that stayed"), _share(counted.get("trial")), help=trial),
    ]


def income_chart(days: DateRange, scope: Scope, plan: str | None) -> Chart:
    """Fees by month: earned by days, paid, paid back."""
    months = queries.income(days.first, days.last, business().zone, scope, plan)
    labels = [one.month.strftime("%Y-%m") for one in months]
    series = [
        Series(_("Earned"), [major(one.recognised_minor) for one in months]),
        Series(_("Fees received"), [major(one.paid_minor) for one in months]),
        Series(_("Paid back"), [major(one.refunded_minor) for one in months]),
    ]
    columns = [Column(_("Month")), Column(_("Earned"), "money"), Column(_("Fees received"), "money"), Column(_("Paid back"), "money")]
    rows = [[label, one.recognised_minor, one.paid_minor, one.refunded_minor] for label, one in zip(labels, months, strict=True)]
    help = _("Earned: each fee spread over its days, whole months of the range. Paid and paid back: by the day of the payment.")
    return Chart("income", _("Fee income by month"), bars(labels, series), columns, rows, help=help, kind="money")


def _share(counted: tuple[int, int] | None) -> str:
    if not counted or not counted[0]:
        return "—"
    return f"{percent(counted[1] / counted[0])} ({counted[1]}/{counted[0]})"


def _row(one: Subscriber) -> tuple:
    return (one.public_id, one.plan, one.state, one.since, one.until, one.auto_renew, major(one.paid_minor), major(one.refunded_minor))
