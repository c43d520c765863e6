"""One rule: what holds, its versions and how each differs from the one before, and its end."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.facts.words import fact_title
from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied
from siyu.merchant.access import PageRequest, requires

from ... import queries
from ...services import archive_earn_rule
from .frame import draft_of, in_force, this_day, versions_or_404
from .listing import DAYS, NOTHING
from .words import STATES, condition_titles, differences, formula_title


class EndForm(Form):
    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text=_("Facts of this day still earn.")
    )


@requires("loyalty.view")
def earn_rule(request: PageRequest, code: str) -> HttpResponse:
    versions, day = versions_or_404(code), this_day()
    holds = in_force(versions, day)
    shown = holds or versions[0]
    before = [*versions[1:], None]
    given = queries.given_by_rule(day - timedelta(days=DAYS - 1), day).get(code, NOTHING)
    context = {
        "title": shown.shown,
        "rule": shown,
        "state": STATES[shown.state(day)],
        "fact": fact_title(shown.definition["trigger"]),
        "formula": formula_title(shown.definition),
        "conditions": condition_titles(shown.definition),
        "parts": list(differences({}, shown.definition)),
        "given": given,
        "days": DAYS,
        "is_whole": request.viewer.scope.is_whole,
        "draft": draft_of(code),
        "can_end": versions[0].archived_at is None,
        "versions": [
            (
                one,
                STATES[one.state(day) if one is holds or one.from_day > day else "ended"],
                list(differences(older.definition, one.definition)) if older else [],
            )
            for one, older in zip(versions, before, strict=True)
        ],
    }
    return render(request, "loyalty/rule.html", context)


@requires("loyalty.edit")
def end_rule(request: PageRequest, code: str) -> HttpResponse:
    rule = versions_or_404(code)[0]
    form = EndForm(request.POST or None, initial={"last_day": this_day()})
    if request.method == "POST" and applied(
        form,
        lambda: archive_earn_rule(request.viewer.actor, code, form.cleaned_data["last_day"], today=this_day(), now=utc_now()),
    ):
        messages.success(request, gettext("The rule ends."))
        return redirect("earn-rule", code)
    help = gettext("“%(name)s” earns nothing after its last day; what it gave stays.") % {"name": rule.shown}
    context = {"title": _("End a rule"), "help": help, "form": form, "submit": _("End"), "cancel_url": reverse("earn-rule", args=[code])}
    return render(request, "web/form.html", context)
