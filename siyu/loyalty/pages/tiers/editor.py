"""The editor of a track: terms and steps, tried on everybody before they are announced."""

from dataclasses import dataclass, replace
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today

from ... import services
from ...queries import Simulation, simulate, track_versions
from ...queries.naming import called, kept
from ...services.tier_checks import Step, check_steps, check_terms
from .forms import AnnounceForm, StepForms, TermsForm, initial_steps, initial_terms


@dataclass(frozen=True, slots=True)
class Sent:
    """What the page sent, when its fields are whole."""

    name: str
    terms: dict[str, Any]
    steps: list[Step]


@requires("loyalty.edit")
def edit_track(request: PageRequest, track: str = "") -> HttpResponseBase:
    """Show the draft (or what is in force), and save, try or announce what is sent."""
    track = track or request.POST.get("track", "").strip()
    known = track_versions(track) if track else []
    shown = next((one for one in known if one.state != "withdrawn"), None)
    posted = request.POST or None
    terms = TermsForm(posted, initial=initial_terms(shown))
    steps = StepForms(posted, prefix="steps", initial=initial_steps(shown.steps) if shown else [])
    announce = AnnounceForm(posted)
    error, simulation = "", None
    if request.method == "POST" and terms.is_valid() and steps.is_valid() and announce.is_valid():
        stored = {one.code: one.name for one in shown.steps} if shown else {}
        drawn = [_named(step, stored) for form in steps.forms if (step := form.step()) is not None]
        sent = Sent(terms.cleaned_data["name"], terms.terms(), drawn)
        try:
            simulation = _do(request, track, sent, announce.cleaned_data)
            if simulation is None:
                return redirect(f"{reverse('tiers')}?track={track}")
            before = {one.code: one.shown for one in shown.steps} if shown else {}
            simulation = _in_words(simulation, before | {step.code: called(step.code, step.name) for step in drawn})
        except Refusal as refusal:
            error = refusal.told(gettext)
    context = {
        "title": _("Edit tiers") if shown else _("New track"),
        "track": track if shown else "",
        "new_track": track,
        "is_new": shown is None,
        "terms": terms,
        "steps": steps,
        "announce": announce,
        "error": error,
        "simulation": simulation,
    }
    return render(request, "loyalty/tiers_edit.html", context, status=400 if error else 200)


def _named(step: Step, stored: dict[str, str]) -> Step:
    """The step as it is to be stored: a name that came back as it was shown stays what it was."""
    return replace(step, name=kept(step.code, stored.get(step.code, ""), step.name))


def _do(request: PageRequest, track: str, sent: Sent, announced: dict[str, Any]) -> Simulation | None:
    """Try, announce or save, by the button that was pressed; a simulation is shown on the same page."""
    now, actor, verb = utc_now(), request.viewer.actor, request.POST.get("do", "save")
    if verb == "try":
        ordered, terms = check_steps(sent.steps), check_terms(sent.terms)
        return simulate(track, terms, [(step.code, step.threshold) for step in ordered], now, request.viewer.scope)
    if verb == "announce":
        if announced["from_day"] is None:
            raise Refusal("tiers.day", "say from which day it is in force")
        services.publish_tiers(
            actor,
            sent.steps,
            announced["from_day"],
            today=today(now),
            now=now,
            track=track,
            name=sent.name,
            terms=sent.terms,
            migration=announced["migration"] or "at_once",
            notice_days=announced["notice_days"] or 0,
        )
    else:
        services.draft_tiers(actor, track, sent.name, sent.terms, sent.steps, now=now)
    return None


def _in_words(tried: Simulation, names: dict[str, str]) -> Simulation:
    """The same with names of tiers in the place of their codes."""
    moves = [replace(one, before=names.get(one.before, one.before), after=names.get(one.after, one.after)) for one in tried.moves]
    sample = [replace(one, before=names.get(one.before, one.before), after=names.get(one.after, one.after)) for one in tried.sample]
    return replace(tried, moves=moves, sample=sample)
