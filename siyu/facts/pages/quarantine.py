"""The quarantine: what could not become a fact, why, and what to do about it; and the pump, when it stands still."""

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db import transaction
from django.forms import CharField, Textarea
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.forms import FilterForm, Form, applied
from siyu.lib.web.keyset import paged
from siyu.lib.web.parts import Tab
from siyu.lib.web.tables import InstantColumn, ListTable
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.services import audit

from .. import quarantine, run, services
from ..quarantine import Held

MAX_CHOSEN = 500  # messages a form may name


class CodeFilter(FilterForm):
    code = CharField(label=_("Reason"), max_length=100, required=False)


class Messages(ListTable):
    chosen = tables.Column("", empty_values=())
    received_at = InstantColumn(_("Received at"), linkify=("quarantined", {"pk": tables.A("id")}))
    code = tables.Column(_("Reason"))
    because = tables.Column(_("In words"), attrs={"td": {"class": "siyu-break"}})
    name = tables.Column(_("Fact"))
    source = tables.Column(_("Source"))

    def render_chosen(self, record: Held) -> str:
        words = gettext("Choose message %(number)s") % {"number": record.id}
        return format_html(
            '<input class="form-check-input" type="checkbox" name="message" value="{}" form="chosen" aria-label="{}">', record.id, words
        )

    def render_name(self, record: Held) -> str:
        return what(record)


def what(held: Held) -> str:
    """What lies there: a fact of a name, or what time brings a member."""
    if held.member is None:
        return held.name
    return gettext("Due work of member %(member)s (%(room)s)") % {"member": held.member, "room": held.name}


class BecauseForm(Form):
    because = CharField(label=_("Why are they set aside for good?"), max_length=500, widget=Textarea(attrs={"rows": 3}))


@requires("facts.view")
def listing(request: PageRequest) -> HttpResponse:
    """Open messages, by reason."""
    code = CodeFilter(request.GET or None).chosen.get("code", "")
    page = paged(request, lambda at: quarantine.held(at, code), key=lambda row: (row.id,), order="quarantine:-id")
    groups, url = quarantine.groups(), reverse("quarantine")
    may_repair = request.viewer.may("facts.repair")
    context = {
        "title": _("Quarantine"),
        "pump": quarantine.pump_view(),
        "code": code,
        "tabs": [Tab(_("All reasons"), url, not code, sum(group.messages for group in groups))]
        + [Tab(group.code, f"{url}?code={group.code}", group.code == code, group.messages) for group in groups],
        "table": Messages(page.rows, empty_text=_("Nothing is in quarantine"), exclude=() if may_repair else ("chosen",)),
        "page": page,
        "may_repair": may_repair,
    }
    return render(request, "facts/quarantine.html", context)


@requires("facts.view")
def one(request: PageRequest, pk: int) -> HttpResponse:
    """One message: reason and, for who repairs, its payload."""
    found = quarantine.one(pk) if pk < 2**63 else None
    if found is None:
        raise Http404
    message, replayed_at, dismissed_at = found
    context: dict[str, Any] = {
        "title": message.code,
        "message": message,
        "what": what(message),
        "replayed_at": replayed_at,
        "dismissed_at": dismissed_at,
    }
    return render(request, "facts/quarantined.html", context)


@requires("facts.repair")
@never_cache
@require_POST
def payload(request: PageRequest, pk: int) -> HttpResponse:
    """What was sent, personal values masked; the audit remembers who looked."""
    text = quarantine.payload(pk) if pk < 2**63 else ""
    if not text:
        raise Http404
    audit(request.viewer.actor, "quarantine.read", f"quarantine:{pk}")
    return HttpResponse(format_html('<pre class="siyu-break mb-0">{}</pre>', text))


@requires("facts.repair")
@require_POST
def replay(request: PageRequest) -> HttpResponse:
    """Send the chosen messages, or all of one reason, through the pump again."""
    try:
        count = services.replay_quarantined(request.viewer.actor, _chosen(request), now=utc_now())
        words = ngettext("%(count)s message goes through the pump again.", "%(count)s messages go through the pump again.", count)
        messages.success(request, words % {"count": count})
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    return redirect("quarantine")


@requires("facts.repair")
def dismiss(request: PageRequest) -> HttpResponse:
    """Set the chosen messages, or all of one reason, aside for good: asks for the reason first."""
    if request.method != "POST":
        return redirect("quarantine")
    try:
        ids = _chosen(request)
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
        return redirect("quarantine")
    form = BecauseForm(request.POST if "because" in request.POST else None)

    def set_aside() -> None:
        services.dismiss_quarantined(request.viewer.actor, ids, because=form.cleaned_data["because"], now=utc_now())

    if "because" in request.POST and applied(form, set_aside):
        messages.success(request, gettext("Set aside."))
        return redirect("quarantine")
    words: Any = ngettext("Set %(count)s message aside", "Set %(count)s messages aside", len(ids)) % {"count": len(ids)}
    return render(
        request, "facts/dismiss.html", {"title": words, "form": form, "ids": ids[:MAX_CHOSEN], "code": request.POST.get("all", "")}
    )


@requires("facts.repair")
@require_POST
def resume(request: PageRequest) -> HttpResponse:
    """Let a stopped pump go on."""
    with transaction.atomic():
        run.resume(utc_now())
        audit(request.viewer.actor, "pump.resumed", "pump")
    messages.success(request, gettext("The pump goes on with the worker's next look."))
    return redirect("quarantine")


def _chosen(request: PageRequest) -> list[int]:
    if code := request.POST.get("all", ""):
        return quarantine.ids_of(code)
    ids = [int(text) for text in request.POST.getlist("message")[:MAX_CHOSEN] if text.isdecimal() and len(text) < 19]
    if not ids:
        raise Refusal("quarantine.none", "choose at least one message")
    return ids
