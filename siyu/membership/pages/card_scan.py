"""A member's card at the counter: who it is, masked, and the benefits that can be used now. Whoever shows the card may be served."""

from typing import Any, NamedTuple
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.crypto import mask
from siyu.lib.web.forms import Form
from siyu.loyalty.queries import NOTHING, balances, base_tier, standings
from siyu.members import queries as members
from siyu.members.services import PREFIX, read_card
from siyu.merchant.access import PageRequest
from siyu.merchant.rules import WHOLE, Viewer

from ..holdings import this_day
from ..queries.benefits import MemberBenefit, member_benefits
from ..services.benefits import BenefitAsk, use_benefit
from .promises import MoneyField

CARD_LENGTH = 26  # of the code of a card, its prefix included; pick-up codes are shorter


class CardUseForm(Form):
    benefit = forms.CharField(max_length=100, widget=forms.HiddenInput)
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)
    ref = forms.CharField(label=_("For (order, ticket, parcel)"), max_length=200, required=False)
    amount_minor = MoneyField(label=_("On an amount of"), required=False)


class CardView(NamedTuple):
    """The member behind a card as the counter sees it; `public_id` is empty when the viewer's scope does not hold the member."""

    nickname: str
    tier: str
    points: int
    benefits: list[tuple[MemberBenefit, str]]  # each with the key of its next use
    public_id: str


def is_card(code: str) -> bool:
    """Whether a scanned code is that of a member's card rather than of a gift."""
    plain = "".join(code.upper().split()).replace("-", "")
    return plain.startswith(PREFIX) and len(plain) == CARD_LENGTH


def holder(code: str) -> int:
    """The member whose card it is now. Refusals: `card.unreadable`, `card.expired`."""
    return members.survivor(read_card(code, utc_now()))


def card(member_id: int, viewer: Viewer) -> CardView:
    """What the counter sees of a member."""
    now = utc_now()
    found = members.member(member_id, WHOLE)
    seen = members.member(member_id, viewer.scope) if viewer.may("members.view") else None
    nickname = mask("name", found.nickname) if found is not None and found.nickname else ""
    held, base = standings([member_id]).get(member_id), base_tier(this_day(now))
    tier = held.shown if held is not None else base.shown if base is not None else ""
    points = balances([member_id], now).get(member_id, {}).get("points", NOTHING).available
    usable = [(one, f"card:{uuid4()}") for one in member_benefits(member_id, now).held if one.remaining != 0]
    return CardView(nickname, tier, points, usable, seen.public_id if seen is not None else "")


def use_by_card(request: PageRequest, member_id: int) -> None:
    """Use a benefit for whoever showed the card, once however often the button is pressed. Refusals: those of `use_benefit`."""
    form = CardUseForm(request.POST)
    if not form.is_valid():
        raise forms.ValidationError([error for errors in form.errors.values() for error in errors])
    told: dict[str, Any] = form.cleaned_data
    ask = BenefitAsk(member_id, told["benefit"], told["key"], 1, told["ref"], "", told["amount_minor"] or 0)
    use_benefit(request.viewer.actor, [ask], utc_now())
