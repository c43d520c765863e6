"""Writing a rule: the builder, the count beside it, and the difference before a change is in force."""

from hashlib import blake2b
from typing import Any

import msgspec
from django.contrib import messages
from django.forms import BooleanField, CharField, Textarea
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.forms import Form, applied, name_of_copy
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..checking import checked, coming_rules
from ..conditions import conditions, kinds
from ..evaluating.standing import dependents
from ..rules import RuleError, parsed
from ..services.audiences import MAX_NAME
from .builder import Draft, acted, faults, from_form, from_rule, kind_at, to_rule
from .fields import kinds_offered, suggestions
from .parts import audience_or_404, starts, this_day
from .saying import told

EMPTY: dict[str, Any] = {"all": [{"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 30}}]}


class AudienceForm(Form):
    name = CharField(label=_("Name"), max_length=MAX_NAME)
    description = CharField(label=_("What it is for"), max_length=1_000, required=False, widget=Textarea(attrs={"rows": 2}))
    tag = CharField(
        label=_("Keep as tag"), max_length=60, required=False, help_text=_("Whoever is in carries this tag; it goes when they leave.")
    )


class ChangeForm(AudienceForm):
    because = CharField(label=_("Why it changes"), max_length=500, required=False)
    tells = BooleanField(
        label=_("Tell who comes and goes by this change"), required=False, initial=True, help_text=_("As facts, which may start journeys.")
    )


@requires("audiences.edit")
def new(request: PageRequest, pk: int | None = None) -> HttpResponse:
    """A new audience; `?rule=` fills the builder (the grid of RFM does), or the rule of `pk`, of which it becomes a copy."""
    initial, before = _copied(request, pk) if pk else ({"name": request.GET.get("name", "")}, _given(request.GET.get("rule", "")))
    form = AudienceForm(request.POST or None, initial=initial)
    draft = from_form(request.POST) if request.method == "POST" else from_rule(before or EMPTY)
    fault: dict[str, str] = {}
    if request.method == "POST":
        made: list[int] = []

        def create() -> None:
            made.append(services.create(request.viewer.actor, rule=to_rule(draft), now=utc_now(), **form.cleaned_data))

        fault = _refused(draft)
        if not fault and applied(form, create):
            messages.success(request, gettext("Made. The worker judges everybody now."))
            return redirect("audience", pk=made[0])
    return _page(request, _("New audience"), form, draft, fault, reverse("audience", args=[pk]) if pk else reverse("audiences"))


def _copied(request: PageRequest, pk: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What a copy begins with: everything but the tag, which one audience alone keeps."""
    found = audience_or_404(request, pk)
    return {"name": name_of_copy(found.name, MAX_NAME), "description": found.description}, queries.rule_of(pk)


@requires("audiences.edit")
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change an audience: a changed rule is first shown by what it would change."""
    found = audience_or_404(request, pk)
    before = queries.rule_of(pk) or {}
    initial = {"name": found.name, "description": found.description, "tag": found.tag, "tells": True}
    seen = blake2b(msgspec.json.encode([initial, before]), digest_size=8).hexdigest()
    form = ChangeForm(request.POST or None, initial=initial)
    draft = from_form(request.POST) if request.method == "POST" else from_rule(before)
    fault: dict[str, str] = {}
    if request.method == "POST" and request.POST.get("step") != "again":
        rule = to_rule(draft)
        fault = _refused(draft, pk)
        if request.POST.get("seen", seen) != seen:
            form.add_error(None, gettext("Somebody else changed this audience meanwhile. Save once more to put yours in its place."))
        if not fault and form.is_valid():
            is_same = rule in (before, to_rule(from_rule(before)))
            if not is_same and request.POST.get("step") != "confirmed":
                return _difference(request, found.name, pk, form, rule)
            filled = dict(form.cleaned_data)
            if applied(form, lambda: services.change(request.viewer.actor, pk, rule=None if is_same else rule, now=utc_now(), **filled)):
                messages.success(request, gettext("Saved.") if is_same else gettext("Saved. The worker judges everybody now."))
                return redirect("audience", pk=pk)
    return _page(request, found.name, form, draft, fault, reverse("audience", args=[pk]), pk, seen)


def _difference(request: PageRequest, name: str, pk: int, form: Form, rule: dict[str, Any]) -> HttpResponse:
    """What the change would change, before it does; the form goes along unseen."""
    sent = [(key, value) for key, values in request.POST.lists() for value in values if key not in ("csrfmiddlewaretoken", "step")]
    context = {
        "title": name,
        "sent": sent,
        "difference": queries.difference(pk, rule, utc_now(), request.viewer.scope),
        "starts": starts(pk, *sorted(dependents(coming_rules(), [pk]))),
        "tells": form.cleaned_data.get("tells"),
        "back": reverse("audience-edit", args=[pk]),
    }
    return render(request, "audiences/difference.html", context)


@requires("audiences.edit")
def builder(request: PageRequest) -> HttpResponse:
    """The builder after a button was pressed, or another kind chosen; with `?rule=` the builder of a rule."""
    is_new = request.method == "GET"
    draft = (
        from_rule(_given(request.GET.get("rule", "")) or EMPTY) if is_new else acted(from_form(request.POST), request.POST.get("act", ""))
    )
    return render(request, "audiences/parts/builder.html", _builder(draft, {}))


@requires("audiences.edit")
def rule(request: PageRequest) -> HttpResponse:
    """The rule that the builder's form says, for pages of other rooms that write one; 409 with a reason when it may not stand."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    draft = from_form(request.POST)
    rule = to_rule(draft)
    try:
        checked(rule)
    except RuleError as error:
        return JsonResponse({"code": error.code, "message": told(error, kind_at(draft, error.at))}, status=409)
    return JsonResponse({"rule": rule})


@requires("audiences.edit")
def count(request: PageRequest) -> HttpResponse:
    """How many the rule holds as it is written now, and some of them; within a bounded time."""
    draft = from_form(request.POST)
    number = request.POST.get("audience", "0")
    context: dict[str, Any] = {}
    try:
        found = queries.preview(to_rule(draft), utc_now(), request.viewer.scope, audience_id=int(number) if number.isdigit() else 0)
        context = {"found": found, "share": found.members / found.people if found.people else 0}
        if request.viewer.may("members.view"):
            context["sample"] = queries.named(found.sample)
    except RuleError as error:
        kind = kind_at(draft, error.at)
        context = {"fault": told(error, kind), "condition": conditions()[kind].TITLE if kind else ""}
    except Refusal as refusal:
        context["fault"] = refusal.told(gettext)
    return render(request, "audiences/parts/count.html", context)


def _refused(draft: Draft, audience_id: int = 0) -> dict[str, str]:
    try:
        checked(to_rule(draft), audience_id=audience_id)
    except RuleError as error:
        at = "" if error.at == "rule" else error.at
        return dict(faults(draft, at, told(error, kind_at(draft, error.at))))
    return {}


def _page(
    request: PageRequest, title: Any, form: Form, draft: Draft, fault: dict[str, str], back: str, pk: int = 0, seen: str = ""
) -> HttpResponse:
    context = {
        "title": title,
        "form": form,
        "cancel_url": back,
        "audience": pk,
        "seen": seen,
        "suggestions": suggestions(this_day()),
        **_builder(draft, fault),
    }
    return render(request, "audiences/edit.html", context)


def _builder(draft: Draft, fault: dict[str, str]) -> dict[str, Any]:
    return {"draft": draft, "kinds": kinds_offered(), "faults": fault}


def _given(text: str) -> dict[str, Any] | None:
    """The rule that an address tells; None when it is none."""
    try:
        rule = msgspec.json.decode(text[:20_000])
        parsed(rule, kinds())
    except (msgspec.DecodeError, UnicodeError, RuleError):
        return None
    return dict(rule)
