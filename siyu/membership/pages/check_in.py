"""Check-in: its figures over a range, the ladder in force, and publishing the next version."""

import django_tables2 as tables
import msgspec
from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.charts import Chart, Column, Figure, Series, csv_of, over_days
from siyu.lib.web.formats import number
from siyu.lib.web.forms import Form
from siyu.lib.web.tables import DayColumn, InstantColumn, ListTable, NumberColumn
from siyu.loyalty.rewards import words_of_all
from siyu.merchant.access import PageRequest, requires

from ..queries import check_in as queries
from ..services.check_in import publish_check_in
from .deeds import answered, chosen_days, this_day
from .fields import StepsField


class LadderForm(Form):
    from_day = forms.DateField(label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    steps = StepsField("day", label=_("Ladder"), required=False)
    is_cyclic = forms.BooleanField(label=_("Begins anew behind the last step"), required=False)
    may_make_up = forms.BooleanField(label=_("Missed days can be made up"), required=False)
    within_days = forms.IntegerField(label=_("Within so many days"), min_value=1, max_value=31, required=False, initial=7)
    per_month = forms.IntegerField(label=_("So many days of a month"), min_value=1, max_value=31, required=False, initial=3)
    price_points = forms.IntegerField(
        label=_("Points for a make-up without a card"), min_value=0, required=False, initial=0, help_text=_("0: only with a make-up card.")
    )

    def definition(self) -> dict:
        """What the service takes."""
        told = self.cleaned_data
        rule = {"within_days": told["within_days"] or 7, "per_month": told["per_month"] or 3, "price_points": told["price_points"] or 0}
        return {"steps": told["steps"], "is_cyclic": told["is_cyclic"], "make_up": rule if told["may_make_up"] else None}


class Steps(ListTable):
    day = NumberColumn(_("Day in a row"))
    rewards = tables.Column(_("Reward"))
    given = NumberColumn(_("Given in the range"))


class Versions(ListTable):
    version = NumberColumn(_("Version"))
    from_day = DayColumn(_("From day"))
    created_by = tables.Column(_("Published by"))
    created_at = InstantColumn(_("Published"))


@requires("membership.view")
def check_in(request: PageRequest) -> HttpResponseBase:
    """Who checks in, day by day, and what the ladder gives."""
    days, scope = chosen_days(request), request.viewer.scope
    figures = {one.day: one for one in queries.check_in_figures(days.first, days.last, scope)}
    each = list(days.each_day())
    rows = [(day, figures[day].members, figures[day].newcomers, figures[day].made_up) if day in figures else (day, 0, 0, 0) for day in each]
    series = [Series(_("Members checked in"), [row[1] for row in rows]), Series(_("For the first time"), [row[2] for row in rows])]
    columns = [
        Column(_("Day"), "day"),
        Column(_("Members checked in"), "number"),
        Column(_("For the first time"), "number"),
        Column(_("Made up"), "number"),
    ]
    help_ = _("Members who checked in on each business day; those who did so for the first time ever.")
    chart = Chart("check_ins", _("Check-ins"), over_days(each, series), columns, rows, help=help_)
    if download := csv_of(request, [chart]):
        return download
    version = queries.check_in_version(this_day())
    gifts = queries.ladder_gifts(days.first, days.last, scope)
    context = {
        "title": _("Check-in"),
        "days": days,
        "chart": chart,
        "figures": _figures(rows, gifts),
        "version": version,
        "steps": Steps(_steps(version, gifts), empty_text=_("No ladder is in force: publish one")),
        "versions": Versions(queries.check_in_versions(), empty_text=_("Nothing was published yet")),
    }
    return render(request, "membership/check_in.html", context)


@requires("membership.edit")
def edit_check_in(request: PageRequest) -> HttpResponse:
    """Publish the next version of ladder and make-up."""
    version, day = queries.check_in_version(this_day()), this_day()
    initial: dict = {"from_day": day, "is_cyclic": True}
    if version is not None:
        content = msgspec.to_builtins(version.programme)
        initial |= {"steps": content["steps"], "is_cyclic": content["is_cyclic"], "may_make_up": content["make_up"] is not None}
        initial |= content["make_up"] or {}
    form = LadderForm(request.POST or None, initial=initial)
    return answered(
        request,
        form,
        lambda: publish_check_in(request.viewer.actor, form.definition(), form.cleaned_data["from_day"], today=day, now=utc_now()),
        title=_("Check-in ladder"),
        help=_("A version is never changed: this publishes the next one. Days before it were paid by the version of their day."),
        button=_("Publish"),
        back=reverse("check-in"),
        done=_("Published."),
    )


def _figures(rows: list[tuple], gifts: dict[int, int]) -> list[Figure]:
    checked = sum(row[1] for row in rows)
    return [
        Figure(_("Check-ins"), number(checked)),
        Figure(_("A day, on average"), number(round(checked / len(rows)) if rows else 0)),
        Figure(_("For the first time"), number(sum(row[2] for row in rows))),
        Figure(_("Ladder steps given"), number(sum(gifts.values()))),
    ]


def _steps(version: queries.Version | None, gifts: dict[int, int]) -> list[dict]:
    if version is None:
        return []
    programme, found = version.programme, []
    for step in sorted(programme.steps, key=lambda step: step.day):
        given = sum(
            count
            for streak, count in gifts.items()
            if (programme.is_cyclic and (streak - step.day) % programme.length == 0) or streak == step.day
        )
        found.append({"day": step.day, "rewards": words_of_all(step.rewards), "given": given})
    return found
