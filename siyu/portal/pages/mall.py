"""The points mall: gifts, one gift, redeeming it, and a member's own redemptions."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from siyu.lib.refusal import Refusal
from siyu.lib.web.forms import applied
from siyu.loyalty.queries import balances
from siyu.membership.queries.mall import Offer, offer_for, offers_for, redemption_of, redemptions_of
from siyu.membership.rules.mall import MAX_QUANTITY, OPEN, Address, Delivery, Kind, State
from siyu.membership.services import mall as services

from ..access import MemberRequest, member_only
from ..words import Words, said
from .home import qr
from .parts import done, show

MAX_SHOWN = 100
STATES: Words = {
    "waiting": gettext_lazy("To be sent"),
    "ready": gettext_lazy("Ready to pick up"),
    "shipped": pgettext_lazy("redemption", "On its way"),
    "received": pgettext_lazy("redemption", "Arrived"),
    "handed": pgettext_lazy("redemption", "Handed over"),
    "cancelled": pgettext_lazy("redemption", "Cancelled, points given back"),
    "expired": pgettext_lazy("redemption", "Not fetched in time, points given back"),
}
TONES = {"ready": "good", "waiting": "warn", "shipped": "warn", "cancelled": "bad", "expired": "bad"}
WAYS: Words = {"ship": gettext_lazy("Send it to me"), "pick_up": gettext_lazy("I pick it up in the shop")}


class RedeemForm(forms.Form):
    """How many, and how; the address only where it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MAX_QUANTITY, initial=1)
    delivery = forms.ChoiceField(label=gettext_lazy("How you get it"), widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("Recipient"), max_length=60, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone of the recipient"), max_length=20, required=False)
    region = forms.CharField(label=gettext_lazy("Province, city, district"), max_length=100, required=False)
    street = forms.CharField(label=gettext_lazy("Street and number"), max_length=300, required=False)

    def __init__(self, offer: Offer, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        ways = [(way, said(WAYS, way)) for way in offer.delivery]
        self.fields["delivery"].choices = ways  # type: ignore[attr-defined]
        self.fields["delivery"].initial = ways[0][0] if ways else ""
        if not ways:
            del self.fields["delivery"]
        elif len(ways) == 1:
            self.fields["delivery"].widget = forms.HiddenInput()
        for name, word in (("name", "name"), ("phone", "tel"), ("region", "address-level1"), ("street", "street-address")):
            self.fields[name].widget.attrs["autocomplete"] = word
            if Delivery.SHIP not in offer.delivery:
                del self.fields[name]

    @property
    def address(self) -> Address | None:
        """Where it goes; None where it is picked up."""
        typed = self.cleaned_data
        if typed.get("delivery") != Delivery.SHIP:
            return None
        return Address(typed["name"].strip(), typed["phone"].strip(), typed["region"].strip(), typed["street"].strip())


@member_only
def mall(request: MemberRequest) -> HttpResponse:
    """The gifts, with what stands against each."""
    offers = [(offer, _because(offer)) for offer in offers_for(request.member.id, request.now)[:MAX_SHOWN]]
    return show(request, "mall", {"tab": "mall", "offers": offers, "purse": _purse(request)})


@member_only
@require_http_methods(["GET", "HEAD", "POST"])
def gift(request: MemberRequest, code: str) -> HttpResponse:
    """One gift; the form redeems it. Sent twice, the same form redeems once."""
    member, offer = request.member, offer_for(request.member.id, code, request.now)
    if offer is None:
        raise Http404
    form = RedeemForm(offer, request.POST or None, initial={"key": uuid4()})
    made: list[str] = []

    def redeem() -> None:
        typed = form.cleaned_data
        key = f"portal:{member.id}:{typed['key']}"
        wanted = {"quantity": typed["quantity"], "delivery": typed.get("delivery", ""), "address": form.address}
        made.append(services.redeem(member.actor, member.id, code, key, request.now, **wanted).number)

    if request.method == "POST" and applied(form, redeem):
        return redirect("m:redemption", number=made[0])
    context = {
        "tab": "mall",
        "back_url": reverse("m:mall"),
        "offer": offer,
        "because": _because(offer),
        "form": form,
        "purse": _purse(request),
    }
    return show(request, "gift", context)


@member_only
def redemptions(request: MemberRequest) -> HttpResponse:
    """What the member redeemed, newest first."""
    rows = [
        (one.view, said(STATES, one.view.state), TONES.get(one.view.state, ""))
        for one in redemptions_of(request.member.id, limit=MAX_SHOWN)
    ]
    return show(request, "redemptions", {"tab": "mall", "back_url": reverse("m:mall"), "rows": rows})


@member_only
def redemption(request: MemberRequest, number: str) -> HttpResponse:
    """One redemption of the member's own: where it is, the code to collect it, how to cancel it."""
    own = redemption_of(request.member.id, number)
    if own is None:
        raise Http404
    context = {
        "tab": "mall",
        "back_url": reverse("m:redemptions"),
        "own": own,
        "view": own.view,
        "state": said(STATES, own.view.state),
        "tone": TONES.get(own.view.state, ""),
        "qr": qr(own.pick_up_code) if own.pick_up_code else "",
        "may_cancel": own.view.state in OPEN and own.view.kind == Kind.PHYSICAL,
        "may_receive": own.view.state == State.SHIPPED,
    }
    return show(request, "redemption", context)


@member_only
@require_POST
def cancel(request: MemberRequest, number: str) -> HttpResponse:
    """Give a gift back before it goes out, and get the points back."""
    member = request.member

    def give_back() -> None:
        services.cancel(member.actor, number, "cancelled by the member", request.now, member_id=member.id)

    return done(request, reverse("m:redemption", args=[number]), give_back, gettext_lazy("Cancelled. Your points are back."))


@member_only
@require_POST
def receive(request: MemberRequest, number: str) -> HttpResponse:
    """Say that a gift has arrived."""
    if redemption_of(request.member.id, number) is None:
        raise Http404

    def arrived() -> None:
        services.receive(request.member.actor, number, request.now)

    return done(request, reverse("m:redemption", args=[number]), arrived, gettext_lazy("Thank you. Enjoy it!"))


def _because(offer: Offer) -> str:
    """The first thing that stands against a gift, in words; empty when it can be redeemed."""
    if offer.may_redeem:
        return ""
    first = offer.obstacles[0]
    return Refusal(first.code, first.words, missing=first.missing).told(gettext)


def _purse(request: MemberRequest) -> Any:
    return balances([request.member.id], request.now).get(request.member.id, {}).get("points")
