"""A gift of the mall as a reward: `{"kind": "gift", "gift": "thermos", "quantity": 1}`; for no points, beside limits and sale."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siyu.lib.refusal import Refusal
from siyu.loyalty.rewards import Reward
from siyu.merchant.rules import Actor

from ..models import Gift
from ..rules.mall import MAX_QUANTITY, Kind
from ..services.mall.redeeming import give_gift
from ..words import CODE


def check(terms: dict[str, Any]) -> dict[str, Any]:
    """Refusal: `reward.terms`."""
    code, quantity = terms.get("gift"), terms.get("quantity", 1)
    if not isinstance(code, str) or not CODE.fullmatch(code) or set(terms) - {"kind", "gift", "quantity"}:
        raise Refusal("reward.terms", "name the gift by its code")
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= MAX_QUANTITY:
        raise Refusal("reward.terms", "1 to %(limit)s pieces at a time", limit=MAX_QUANTITY)
    gift = Gift.objects.filter(code=code, archived_at=None).first()
    if gift is None:
        raise Refusal("reward.terms", "there is no gift %(code)s", code=code)
    if gift.kind == Kind.REWARD:
        raise Refusal("reward.terms", "a gift of rewards cannot itself be a reward: give the rewards")
    return {"kind": "gift", "gift": code, "quantity": quantity}


def grant(by: Actor, rewards: Sequence[Reward], now: datetime) -> None:
    """One free redemption for each; the member says in the member centre where it shall go."""
    for reward in rewards:
        terms = reward.terms
        give_gift(by, reward.member_id, terms["gift"], f"reward:{reward.key}"[:200], now, terms["quantity"], reward.because.words)


def tells(terms: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "gift.redeemed", {"gift": terms["gift"], "quantity": terms.get("quantity", 1)}


def words(terms: dict[str, Any]) -> str:
    name = Gift.objects.filter(code=terms["gift"]).values_list("name", flat=True).first() or terms["gift"]
    return f"{name} × {terms['quantity']}"
