"""Rituals: what is done on each occasion."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form
from siyu.merchant.access import PageRequest, requires

from ...queries import honours as queries
from ...services.honours import (
    set_ritual,
)
from ...services.honours.rituals import OCCASIONS
from ..deeds import answered, honour_tabs
from ..fields import RewardsField

OCCASION_NAMES = {"joined": _("Anniversary of joining"), "first_order": _("Anniversary of the first order"), "tier_up": _("A higher tier")}


class RitualForm(Form):
    title = forms.CharField(label=_("Title"), max_length=60, help_text=_("%(years)s and %(tier)s stand for what it is about."))
    words = forms.CharField(label=_("Words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    rewards = RewardsField(label=_("What it gives"), required=False)
    days = forms.IntegerField(label=_("Shown for days"), min_value=1, max_value=60, initial=7)
    is_on = forms.BooleanField(label=_("On"), required=False, initial=True)


@requires("membership.view")
def rituals(request: PageRequest) -> HttpResponse:
    known = queries.rituals()
    rows = [(occasion, OCCASION_NAMES[occasion], known.get(occasion)) for occasion in OCCASIONS]
    return render(request, "membership/rituals.html", {"title": _("Rituals"), "tabs": honour_tabs("rituals"), "rows": rows})


@requires("membership.edit")
def edit_ritual(request: PageRequest, occasion: str) -> HttpResponse:
    if occasion not in OCCASIONS:
        raise Http404
    row = queries.rituals().get(occasion)
    names = ("title", "words", "rewards", "days", "is_on")
    form = RitualForm(request.POST or None, initial={name: getattr(row, name) for name in names} if row else None)

    def do() -> None:
        told = form.cleaned_data
        set_ritual(
            request.viewer.actor,
            occasion,
            told["title"],
            told["words"],
            told["rewards"],
            days=told["days"],
            is_on=told["is_on"],
            now=utc_now(),
        )

    return answered(request, form, do, title=OCCASION_NAMES[occasion], back=reverse("rituals"), done=_("Saved."))
