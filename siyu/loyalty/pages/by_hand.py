"""What staff do to one member's value and tier: correct a balance, grant a tier as a floor, take it away."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import FOR_EVER, midnight, utc_now
from siyu.lib.money import MAX_AMOUNT
from siyu.lib.web import formats
from siyu.lib.web.business import business
from siyu.lib.web.forms import DayInput, Form, applied
from siyu.members import queries as members
from siyu.members.queries import MemberView
from siyu.merchant.access import PageRequest, requires

from .. import queries
from ..queries.units import units_on
from ..rules.terms import USUAL
from ..services import Adjust, Because, Receipt, adjust, grant_tier, take_tier_away
from .rules.frame import this_day

BY_HAND = ("points", "growth", "stored")  # kinds of units that people correct; quotas and budgets follow benefits and campaigns


class AdjustForm(Form):
    unit = forms.ChoiceField(label=_("Unit"))
    amount = forms.IntegerField(
        label=_("How much"), min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT, help_text=_("With a minus it is taken away: -50.")
    )
    last_day = forms.DateField(
        label=_("Last valid day"), required=False, widget=DayInput(), help_text=_("Of what is given; empty: as the unit says.")
    )
    because = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)


class TierForm(Form):
    tier = forms.ChoiceField(label=_("Tier"))
    last_day = forms.DateField(label=_("Last day"), widget=DayInput())
    because = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(Form):
    because = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


@requires("loyalty.adjust")
def adjust_member(request: PageRequest, public_id: str) -> HttpResponse:
    """Correct a balance, at once or, above the unit's limit, when a second person agrees."""
    member, units = _seen(request, public_id), [one for one in units_on(this_day()) if one.kind in BY_HAND]
    form = AdjustForm(request.POST or None, initial={"key": f"desk:{uuid4()}", "unit": "points"})
    form.fields["unit"].choices = [(one.code, one.shown) for one in units]  # type: ignore[attr-defined]
    done: list[Receipt | None] = []
    if request.method == "POST" and applied(form, lambda: done.extend(_adjusted(request, member, form.cleaned_data))):
        words = (
            gettext("Corrected.") if done[0] is not None else gettext("A second person must approve this: it waits under “Corrections”.")
        )
        messages.success(request, words)
        return redirect(_back(member))
    limits = " · ".join(f"{one.shown} {_limit(one.terms.approve_above)}" for one in units)
    help_ = gettext("Larger corrections wait for a second person. Limits: %(limits)s") % {"limits": limits}
    title = gettext("Correct what %(name)s has") % {"name": member.nickname or member.public_id}
    return render(request, "web/form.html", {"title": title, "help": help_, "form": form, "cancel_url": _back(member)})


@requires("loyalty.adjust")
def grant_a_tier(request: PageRequest, public_id: str) -> HttpResponse:
    """Let a member hold at least a tier, on any track, through a day."""
    member = _seen(request, public_id)
    form = TierForm(request.POST or None, initial={"last_day": this_day() + timedelta(days=365)})
    form.fields["tier"].choices = _tiers(this_day())  # type: ignore[attr-defined]

    def do() -> None:
        told = form.cleaned_data
        track, _colon, tier = told["tier"].partition(":")
        grant_tier(request.viewer.actor, member.id, tier, told["last_day"], told["because"], now=utc_now(), track=track)

    if request.method == "POST" and applied(form, do):
        messages.success(request, gettext("The tier is granted."))
        return redirect(_back(member))
    title = gettext("Grant a tier to %(name)s") % {"name": member.nickname or member.public_id}
    help_ = _("A floor: the member holds at least this tier to the end of the last day, and a higher one when earned.")
    return render(request, "web/form.html", {"title": title, "help": help_, "form": form, "cancel_url": _back(member)})


@requires("loyalty.adjust")
def take_a_tier_away(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """End a granted tier now."""
    member = _seen(request, public_id)
    if all(one.id != pk for one in queries.floors_of(member.id)):
        raise Http404
    form = ReasonForm(request.POST or None)
    end = lambda: take_tier_away(request.viewer.actor, pk, form.cleaned_data["because"], now=utc_now())  # noqa: E731
    if request.method == "POST" and applied(form, end):
        messages.success(request, gettext("The granted tier has ended."))
        return redirect(_back(member))
    context = {"title": _("Take a granted tier away"), "help": _("The member falls to what was earned, now."), "form": form}
    return render(request, "web/form.html", {**context, "submit": _("Take away"), "cancel_url": _back(member)})


def _adjusted(request: PageRequest, member: MemberView, told: dict[str, Any]) -> list[Receipt | None]:
    last = told["last_day"]
    ends = midnight(min(last, FOR_EVER) + timedelta(days=1), business().zone) if last and told["amount"] > 0 else USUAL
    item = Adjust(member.id, told["unit"], told["amount"], told["key"], Because("adjustment", told["key"], told["because"]), ends)
    return adjust(request.viewer.actor, [item], utc_now())


def _tiers(day: date) -> list[tuple[str, str]]:
    """Tiers in force on every track, as `track:code`."""
    names = {one.track: one.name for one in reversed(queries.track_versions()) if one.state == "announced"}
    return [
        (f"{track}:{step.code}", f"{name} · {step.shown}" if name else step.shown)
        for track, name in names.items()
        for step in queries.ladder(day, track)
    ]


def _limit(above: int | None) -> str:
    return formats.number(above) if above is not None else gettext("none")


def _back(member: MemberView) -> str:
    return f"{reverse('member', args=[member.public_id])}?tab=points"


def _seen(request: PageRequest, public_id: str) -> MemberView:
    """The member behind a public id, within the viewer's scope. Raises `Http404`."""
    for number in members.find(public_id):
        row = members.member(number, request.viewer.scope)
        if row is not None and row.public_id == public_id:
            return row
    raise Http404
