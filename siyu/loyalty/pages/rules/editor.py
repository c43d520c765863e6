"""The editor of a rule: one form, drafts, publishing from a day, and the panels that try it on a member and on last month."""

from datetime import date, timedelta
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.facts.words import fact_choices
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.members import queries as members
from siyu.merchant.access import PageRequest, requires

from ... import queries
from ...queries.naming import kept
from ...rules import Definition
from ...rules.seen import Unmet
from ...services import discard_draft, publish_earn_rule, save_draft
from ...trial import preview, would_have_cost
from .conditions import KINDS
from .editor_forms import RuleForms
from .frame import draft_of, this_day

TOLD_DAYS = 30
COST_DAYS = 30


@requires("loyalty.edit")
def edit_rule(request: PageRequest, code: str = "") -> HttpResponse:
    """A draft, a published rule to be changed, or a new one. `act` says what the pressed button asks for."""
    if request.method != "POST":
        return _page(request, _stored(code), code)
    shown = RuleForms(request.POST)
    act = request.POST.get("act", "draft")
    if act in ("add", "shape") or act.startswith("remove:"):
        return _page(request, shown.reshaped(act, request.POST.get("added", "")), code)
    if shown.is_valid():
        told = shown.basics.cleaned_data
        try:
            if act == "publish":
                return _published(request, shown, told)
            save_draft(request.viewer.actor, told["code"], _name(told), shown.definition(), now=utc_now())
            messages.success(request, gettext("The draft is kept."))
            return redirect("earn-rule-edit", told["code"])
        except Refusal as refusal:
            shown.refuse(refusal)
    return _page(request, shown, code)


@requires("loyalty.edit")
def discard(request: PageRequest, code: str) -> HttpResponse:
    if request.method == "POST":
        discard_draft(request.viewer.actor, code, now=utc_now())
        messages.success(request, gettext("The draft is thrown away."))
    return redirect("earn-rules")


@requires("loyalty.edit")
def try_on_member(request: PageRequest) -> HttpResponse:
    """What the rule as typed would have given for a member's last facts."""
    typed = RuleForms(request.POST or None)
    context: dict[str, Any] = {"is_readable": request.method == "POST" and typed.is_valid()}
    if context["is_readable"]:
        found = [members.member(id, request.viewer.scope) for id in members.find(request.POST.get("who", ""))]
        who = next((member for member in found if member is not None), None)
        context["member"] = who
        if who is not None:
            lines = preview(_code(typed), _definition(typed), who.id, utc_now())
            context["lines"] = [(line, _told(line.unmet)) for line in lines]
    return render(request, "loyalty/rule_try_member.html", context)


@requires("loyalty.edit")
def try_on_past(request: PageRequest) -> HttpResponse:
    """What the rule as typed would have cost in the last 30 days."""
    typed = RuleForms(request.POST or None)
    context: dict[str, Any] = {"is_readable": request.method == "POST" and typed.is_valid(), "is_whole": request.viewer.scope.is_whole}
    if context["is_readable"] and context["is_whole"]:
        last = this_day() - timedelta(days=1)
        first = last - timedelta(days=COST_DAYS - 1)
        try:
            cost = would_have_cost(_code(typed), _definition(typed), first, last)
            context |= {"cost": cost, "first": first, "last": last, "top": _named(request, cost.top)}
        except Refusal as refusal:
            context["refused"] = refusal.told(gettext)
    return render(request, "loyalty/rule_try_past.html", context)


def _published(request: PageRequest, shown: RuleForms, told: dict[str, Any]) -> HttpResponse:
    day = _day(request.POST.get("from_day", ""))
    if day is None:
        raise Refusal("earn_rule.past", "choose the first day on which it holds")
    version = publish_earn_rule(request.viewer.actor, told["code"], _name(told), shown.definition(), day, today=this_day(), now=utc_now())
    messages.success(request, gettext("Version %(version)s is published.") % {"version": version})
    return redirect("earn-rule", told["code"])


def _page(request: PageRequest, shown: RuleForms, code: str) -> HttpResponse:
    versions = [rule for rule in queries.earn_rules() if rule.code == code]
    context = {
        "title": _("New earn rule") if not code else _("Change an earn rule"),
        "forms": shown,
        "code": code,
        "is_published": bool(versions),
        "draft": draft_of(code) if code else None,
        "kinds": [(kind, form.title) for kind, form in KINDS.items()],
        "fact_names": _fact_names(),
        "from_day": request.POST.get("from_day") or this_day() + timedelta(days=1),
        "first_day": this_day(),
        "cancel_url": reverse("earn-rule", args=[code]) if versions else reverse("earn-rules"),
        "cost_days": COST_DAYS,
    }
    template = "loyalty/rule_form.html" if request.headers.get("HX-Request") else "loyalty/rule_edit.html"
    return render(request, template, context)


def _stored(code: str) -> RuleForms:
    """The draft if there is one, else the newest version, else an empty rule."""
    if not code:
        return RuleForms()
    if (draft := draft_of(code)) is not None:
        return RuleForms(stored=draft.definition, code=code, name=draft.shown)
    newest = next((rule for rule in queries.earn_rules() if rule.code == code), None)
    if newest is None:
        raise Http404
    return RuleForms(stored=newest.definition, code=code, name=newest.shown)


def _name(told: dict[str, Any]) -> str:
    """The name to be stored: that of the draft, or of the newest version, if it came back as it was shown."""
    before = draft_of(told["code"]) or next((rule for rule in queries.earn_rules() if rule.code == told["code"]), None)
    return kept(told["code"], before.name, told["name"]) if before is not None else told["name"]


def _fact_names() -> list[tuple[str, str]]:
    return [one for one in fact_choices(queries.fact_names(this_day() - timedelta(days=TOLD_DAYS))) if one[0] != "tier.changed"]


def _named(request: PageRequest, top: tuple[tuple[int, int], ...]) -> list[tuple[Any, int]]:
    """The members of a list as far as the viewer sees them."""
    return [(members.member(member, request.viewer.scope), points) for member, points in top]


def _told(unmet: Unmet | None) -> str:
    """Why a rule gave nothing, in the reader's language."""
    return gettext(unmet.words) % unmet.values if unmet is not None else ""


def _definition(typed: RuleForms) -> Definition:
    return msgspec.convert(typed.definition(), type=Definition)


def _code(typed: RuleForms) -> str:
    return str(typed.basics.cleaned_data["code"])


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None
