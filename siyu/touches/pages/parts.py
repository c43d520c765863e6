"""What the pages of touches share: words of states and reasons, tabs, a step that asks first."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.parts import Tab, Words
from siyu.merchant.access import PageRequest
from siyu.merchant.queries import settings_book, today

from ..queries.words import STATUSES, WHYS, detail_words, why_words
from ..rules.media import MEDIA as KNOWN
from ..rules.sending import GiveUp, Outcome, Retry, Sent, Unknown
from ..rules.settings import PURPOSES as PURPOSES_KNOWN

__all__ = ["STATUSES", "WHYS", "detail_words", "why_words"]

MEDIA: dict[str, Words] = {name: _(medium.title) for name, medium in KNOWN.items()}
PURPOSES: dict[str, Words] = {name: _(title) for name, title in PURPOSES_KNOWN.items()}
SENDS: dict[str, tuple[Words, str]] = {
    "draft": (_("Draft"), "secondary"),
    "scheduled": (_("Waiting for its time"), "blue"),
    "running": (_("Running"), "green"),
    "paused": (_("Paused"), "orange"),
    "done": (_("Done"), "green"),
    "cancelled": (_("Cancelled"), "secondary"),
}
GROUPS: dict[str, Words] = {
    "unasked": _("Not asked for yet"),
    "cancelled": _("Not asked for: cancelled"),
    "too_late": _("Not asked for: too late"),
    "refused": _("Not sent"),
    "control": _("Control group (not touched)"),
    "waiting": _("Waiting to go"),
    "asked": _("With staff"),
    "sent": _("Sent"),
    "delivered": _("Delivered"),
    "opened": _("Opened"),
    "clicked": _("Clicked"),
    "staff": _("Not sent by staff"),
    "failed": _("Failed"),
    "unknown": _("Unknown"),
}
STATES: dict[str, tuple[Words, str]] = {
    "open": (_("To do"), "blue"),
    "done": (_("Done"), "green"),
    "skipped": (_("Skipped"), "orange"),
    "expired": (_("Expired"), "secondary"),
    "closed": (_("Closed by the gate"), "secondary"),
}
_TABS = (("sends", _("One-off sends")), ("touch-templates", _("Templates")), ("outbox", _("Outbox")), ("sops", _("Standing orders")))

_RANKING = (
    ("staff-task-rates", _("By done rate"), "tasks.do"),
    ("staff-task-rates-net", _("By net amount"), "tasks.do"),
    ("staff-task-commission", _("Commission"), "tasks.export"),
)


def tabs(active: str) -> list[Tab]:
    return [Tab(title, reverse(name), name == active) for name, title in _TABS]


def ranking_tabs(request: PageRequest, active: str) -> list[Tab]:
    """What the tasks of staff brought, as far as the viewer may see it; the days that were asked for stay."""
    asked = urlencode({name: value for name, value in request.GET.items() if name in ("range", "from", "to")})
    return [Tab(title, f"{reverse(name)}?{asked}", name == active) for name, title, needs in _RANKING if request.viewer.may(needs)]


def zone() -> ZoneInfo:
    """The merchant's clock, on which people enter times."""
    return settings_book().zone(today(utc_now()))


def instant_of(entered: datetime | None) -> datetime | None:
    """What a form understood, as it is: Django has put it on the merchant's clock."""
    return entered if entered is None or entered.tzinfo is not None else entered.replace(tzinfo=zone())


def pairs_of(written: str) -> list[tuple[str, str]]:
    """`name = value` a line, in order."""
    lines = [line.partition("=") for line in written.splitlines() if line.strip()]
    return [(name.strip(), value.strip()) for name, _sign, value in lines]


def told_of(outcome: Outcome) -> tuple[str, str, str]:
    """What a provider answered to a test: colour, what it means, its own words."""
    match outcome:
        case Sent(receipt):
            return "success", gettext("The provider took it."), receipt
        case Retry(_, because):
            return "warning", gettext("Not taken now; a real touch would be tried again later."), because
        case GiveUp(code, because):
            return "danger", gettext("Not taken, and trying again is hopeless."), f"{code}: {because}"
        case Unknown(because):
            return "warning", gettext("Nobody knows whether it was taken."), because


def confirmed(
    request: PageRequest, title: Words, question: Words, button: Words, service: Callable[[], Any], back: str, done: Words, *, on: str = ""
) -> HttpResponse:
    """A page that asks before a service runs (POST), and goes back, or `on`, with a word when it has."""
    return answered(request, Form(request.POST or None), service, title=title, help=question, button=button, back=back, on=on, done=done)


def answered(
    request: PageRequest,
    form: Form,
    service: Callable[[], Any],
    *,
    title: Words,
    back: str,
    done: Words,
    help: Words = "",
    button: Words = "",
    on: str = "",
    template: str = "web/form.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A form that runs a service, and goes back, or `on`, with a word when it has. `template` extends `web/form.html`, by `more`."""
    if request.method == "POST":
        form.is_bound, form.data = True, request.POST
        if applied(form, service):
            messages.success(request, str(done))
            return redirect(on or back)
    context = {"title": title, "help": help, "form": form, "submit": button, "cancel_url": back}
    return render(request, template, {**context, **(more or {})})
