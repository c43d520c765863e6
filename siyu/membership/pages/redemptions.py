"""Redemptions: the list with filters and a file, one of them and its moves, and the counter that scans pick-up codes."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.csv import csv_response
from siyu.lib.web.forms import FilterForm, Form
from siyu.lib.web.keyset import paged
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import one_staff, store_names
from siyu.merchant.services import audit

from ..queries import mall as queries
from ..rules.mall import Address
from ..services.mall import cancel, hand_over, receive, set_address, ship
from .card_scan import card, holder, is_card, use_by_card
from .deeds import STATES, WAYS, answered, confirmed, mall_tabs

HEADER = (
    "number",
    "gift",
    "member",
    "quantity",
    "points",
    "money_minor",
    "delivery",
    "state",
    "redeemed_at",
    "moved_at",
    "carrier",
    "tracking",
)


class RedemptionFilters(FilterForm):
    state = forms.ChoiceField(label=_("State"), required=False)
    gift = forms.ChoiceField(label=_("Gift"), required=False)
    number = forms.CharField(label=_("Redemption number"), max_length=40, required=False)
    first = forms.DateField(label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        states = [("", _("All states")), *((key, title) for key, (title, _colour) in STATES.items())]
        self.fields["state"].choices = states  # type: ignore[attr-defined]
        known = [(row.code, row.name) for row in queries.gifts(archived=True)]
        self.fields["gift"].choices = [("", _("All gifts")), *known]  # type: ignore[attr-defined]


class Redemptions(ListTable):
    number = tables.Column(_("Redemption number"), linkify=("redemption", {"number": tables.A("number")}))
    gift = tables.Column(_("Gift"))
    nickname = tables.Column(_("Member"), linkify=("member", {"public_id": tables.A("public_id")}), empty_values=())
    quantity = NumberColumn(_("Pieces"))
    points = NumberColumn(_("Points"))
    delivery = tables.Column(_("Delivery"), empty_values=())
    state = BadgeColumn(STATES, _("State"))
    redeemed_at = InstantColumn(_("Redeemed"))

    def render_nickname(self, record: queries.RedemptionView) -> str:
        return record.nickname or record.public_id

    def render_delivery(self, record: queries.RedemptionView) -> str:
        return str(WAYS.get(record.delivery, record.delivery))


class ShipForm(Form):
    carrier = forms.CharField(label=_("Carrier"), max_length=60)
    tracking = forms.CharField(label=_("Tracking number"), max_length=100)


class CancelForm(Form):
    because = forms.CharField(label=_("Reason"), max_length=200)


class AddressForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    phone = forms.CharField(label=_("Phone"), max_length=20)
    region = forms.CharField(label=_("Province, city and district"), max_length=100)
    street = forms.CharField(label=_("Street"), max_length=300)


class ScanForm(Form):
    code = forms.CharField(
        label=_("Code of a gift or of a member's card"),
        max_length=64,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "autocapitalize": "characters", "inputmode": "text"}),
        help_text=_("Scan it, or type it: capitals, spaces and dashes do not matter."),
    )


@requires("membership.view")
def redemptions(request: PageRequest) -> HttpResponseBase:
    """The list, newest first, of the members whom the viewer may see."""
    filters, scope = RedemptionFilters(request.GET or None), request.viewer.scope
    chosen = filters.chosen
    if request.GET.get("csv"):
        return csv_response(request, "redemptions", HEADER, map(_row, queries.every_redemption(scope, **chosen)))
    page = paged(
        request,
        lambda at: queries.redemptions(at, scope, **chosen),
        key=lambda one: (one.redeemed_at, one.id),
        order="redemptions:-redeemed_at",
    )
    parameters = request.GET.copy()
    parameters["csv"] = "redemptions"
    context = {
        "title": _("Redemptions"),
        "tabs": mall_tabs("redemptions", request.viewer.may("mall.fulfil")),
        "filters": filters,
        "table": Redemptions(page.rows, empty_text=_("Nothing was redeemed")),
        "page": page,
        "csv_url": f"?{parameters.urlencode()}",
    }
    return render(request, "membership/ranged.html", context)


@requires("membership.view")
def redemption(request: PageRequest, number: str) -> HttpResponse:
    """One redemption and what can be done with it."""
    view = _redemption(request, number)
    context = {
        "title": view.gift,
        "one": view,
        "state": STATES[view.state],
        "way": WAYS.get(view.delivery, ""),
        "store": store_names().get(view.store_id or 0, ""),
        "address": queries.address_of(number),
        "tabs": mall_tabs("redemptions", request.viewer.may("mall.fulfil")),
    }
    return render(request, "membership/redemption.html", context)


@requires("members.unmask")
def reveal_address(request: PageRequest, number: str) -> HttpResponse:
    """The whole address, for who ships it; audited. Only by POST."""
    view = _redemption(request, number)
    address = queries.address_of(number, unmasked=True)
    if request.method != "POST" or address is None:
        raise Http404
    audit(request.viewer.actor, "redemption.address_revealed", f"redemption:{number}")
    return HttpResponse(
        " ".join(address) if view.has_address else "", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


@requires("mall.fulfil")
def ship_redemption(request: PageRequest, number: str) -> HttpResponse:
    form = ShipForm(request.POST or None)
    return _moved(request, number, form, lambda: ship(request.viewer.actor, number, **form.cleaned_data, now=utc_now()), _("Shipped."))


@requires("mall.fulfil")
def address(request: PageRequest, number: str) -> HttpResponse:
    """Enter where a gift goes, as the member told a person."""
    form = AddressForm(request.POST or None)
    service = lambda: set_address(request.viewer.actor, number, Address(**form.cleaned_data), utc_now())  # noqa: E731
    return _moved(request, number, form, service, _("Saved."))


@requires("mall.fulfil")
def cancel_redemption(request: PageRequest, number: str) -> HttpResponse:
    form = CancelForm(request.POST or None)
    help_ = _("Points, stock and limit go back.")
    service = lambda: cancel(request.viewer.actor, number, form.cleaned_data["because"], utc_now())  # noqa: E731
    return _moved(request, number, form, service, _("Cancelled."), help_)


@requires("mall.fulfil")
def receive_redemption(request: PageRequest, number: str) -> HttpResponse:
    view = _redemption(request, number)
    return confirmed(
        request,
        title=view.gift,
        question=gettext("Has the member received it?"),
        button=_("Received"),
        service=lambda: receive(request.viewer.actor, number, utc_now()),
        back=reverse("redemption", args=[number]),
        done=_("Saved."),
    )


@requires("mall.fulfil")
def scan(request: PageRequest) -> HttpResponse:
    """The counter: a code shows the gift, or the member of a card, masked; a second press hands over, or uses a benefit, once."""
    form = ScanForm(request.POST or None)
    found, refusal, done = None, "", False
    if request.method == "POST" and form.is_valid() and is_card(form.cleaned_data["code"]):
        return _card(request, form)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if request.POST.get("hand") == "1":
            try:
                hand_over(request.viewer.actor, code, utc_now(), store_id=_store_of(request))
                done = True
            except Refusal as refused:
                refusal = refused.told(gettext)
        found = queries.collection(code)
        if found is None and not refusal:
            refusal = gettext("There is no gift with this code.")
    context = {
        "title": _("Scan a code"),
        "tabs": mall_tabs("mall-scan", True),
        "form": form,
        "found": found,
        "state": STATES[found.state] if found else None,
        "code": form.cleaned_data.get("code", "") if form.is_bound and form.is_valid() else "",
        "refusal": refusal,
        "done": done,
    }
    return render(request, "membership/scan.html", context)


def _card(request: PageRequest, form: ScanForm) -> HttpResponse:
    """The member of a card, and a benefit used for who shows it."""
    shown, refusal, used = None, "", False
    try:
        member = holder(form.cleaned_data["code"])
        try:
            if request.POST.get("use") == "1":
                use_by_card(request, member)
                used = True
        except Refusal as refused:
            refusal = refused.told(gettext)
        except forms.ValidationError as error:
            refusal = " ".join(error.messages)
        shown = card(member, request.viewer)
    except Refusal as refused:
        refusal = refused.told(gettext)
    context = {"title": _("Scan a code"), "tabs": mall_tabs("mall-scan", True), "form": ScanForm(), "refusal": refusal}
    return render(request, "membership/scan.html", {**context, "card": shown, "used": used, "code": form.cleaned_data["code"]})


def _store_of(request: PageRequest) -> int | None:
    """The store that the staff member works in."""
    member = one_staff(request.viewer.id)
    return member.store_id if member is not None else None


def _moved(request: PageRequest, number: str, form: Form, service: Callable[[], Any], done: Any, help_: Any = "") -> HttpResponse:
    view = _redemption(request, number)
    return answered(request, form, service, title=view.gift, help=help_, back=reverse("redemption", args=[number]), done=done)


def _redemption(request: PageRequest, number: str) -> queries.RedemptionView:
    view = queries.one_redemption(number, request.viewer.scope)
    if view is None:
        raise Http404
    return view


def _row(one: queries.RedemptionView) -> tuple:
    named = {"gift": one.gift, "member": one.public_id, "state": STATES[one.state][0], "delivery": WAYS.get(one.delivery, "")}
    return tuple(named.get(name, getattr(one, name, "")) for name in HEADER)
