"""What the pages of behaviours, honours and the mall share: words, tabs, a step that asks first, who of a member's public id."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.dates import DateRange
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.parts import Tab, Words
from siyu.merchant.access import PageRequest
from siyu.merchant.queries import today

STATES: dict[str, tuple[Words, str]] = {
    "waiting": (_("To be shipped"), "orange"),
    "ready": (_("Ready to be picked up"), "blue"),
    "shipped": (_("Shipped"), "cyan"),
    "received": (_("Received"), "green"),
    "handed": (_("Handed over"), "green"),
    "cancelled": (_("Cancelled"), "secondary"),
    "expired": (_("Expired"), "secondary"),
}
KINDS: dict[str, tuple[Words, str]] = {
    "physical": (_("Goods"), "blue"),
    "voucher": (_("Voucher code"), "purple"),
    "reward": (_("Reward"), "green"),
}
WAYS: dict[str, Words] = {"ship": _("Shipped home"), "pick_up": _("Picked up in the store"), "": _("At once")}
PERIODS: dict[str, Words] = {
    "day": _("Every day"),
    "week": _("Every week"),
    "month": _("Every month"),
    "year": _("Every year"),
    "all": _("Once for ever"),
}
MEASURES: dict[str, Words] = {
    "points": _("Earned points"),
    "growth": _("Growth earned"),
    "check_ins": _("Days checked in"),
    "orders": _("Orders paid"),
    "spend": _("Money spent"),
    "facts": _("Times of a fact"),
}
BADGE_MEASURES: dict[str, Words] = {
    "facts": _("Times of a fact"),
    "orders": _("Orders kept"),
    "spend": _("Money spent"),
    "tier": _("Rank of the tier"),
    "streak": _("Longest run of check-ins"),
    "years": _("Years in the pool"),
    "hand": _("Given by hand"),
}
GROUPS: dict[str, Words] = {
    "all": _("Everybody"),
    "store": _("Within each store"),
    "assistant": _("Within each assistant"),
    "tag": _("A tag"),
}
_MALL = (("mall", _("Gifts")), ("redemptions", _("Redemptions")), ("mall-scan", _("Scan a code")))
_HONOURS = (("badges", _("Badges")), ("boards", _("Leaderboards")), ("rituals", _("Rituals")))


def mall_tabs(active: str, may_fulfil: bool) -> list[Tab]:
    return [Tab(title, reverse(name), name == active) for name, title in _MALL if may_fulfil or name != "mall-scan"]


def honour_tabs(active: str) -> list[Tab]:
    return [Tab(title, reverse(name), name == active) for name, title in _HONOURS]


def chosen_days(request: PageRequest) -> DateRange:
    return DateRange.from_request(request, this_day())


def this_day() -> date:
    """The merchant's business day of now."""
    return today(utc_now())


def confirmed(
    request: PageRequest, title: Words, question: Words, button: Words, service: Callable[[], Any], back: str, done: Words
) -> HttpResponse:
    """A page that asks before a service runs (POST), and goes back with a word when it has."""
    form = Form(request.POST) if request.method == "POST" else Form()
    return answered(request, form, service, title=title, help=question, button=button, back=back, done=done)


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
) -> HttpResponse:
    """A form that runs a service, and goes back with a word when it has."""
    if request.method == "POST" and applied(form, service):
        messages.success(request, str(done))
        return redirect(back)
    return render(request, "web/form.html", {"title": title, "help": help, "form": form, "submit": button, "cancel_url": back})
