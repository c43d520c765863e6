"""Make-up cards 补签卡 as a reward: `{"kind": "make_up_card", "amount": 1}`; each makes up one missed check-in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from siyu.lib.refusal import Refusal
from siyu.loyalty.rewards import Reward, amount_of
from siyu.loyalty.services import Grant
from siyu.loyalty.services import grant as grant_value
from siyu.merchant.rules import Actor

from ..services.check_in import CARD, ensure_cards

MOST = 100


def check(terms: dict[str, Any]) -> dict[str, Any]:
    """Refusal: `reward.terms`."""
    if unknown := sorted(set(terms) - {"kind", "amount"}):
        raise Refusal("reward.terms", "unknown: %(names)s", names=", ".join(unknown))
    return {"kind": "make_up_card", "amount": amount_of(terms, limit=MOST)}


def grant(by: Actor, rewards: Sequence[Reward], now: datetime) -> None:
    """One grant for each reward; the ledger answers a repeated key with what it answered before."""
    ensure_cards(by, now)
    grants = [Grant(reward.member_id, CARD, reward.terms["amount"], f"reward:{reward.key}", reward.because) for reward in rewards]
    grant_value(by, grants, now)


def tells(terms: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "value.granted", {"unit": CARD, "amount": terms["amount"]}


def words(terms: dict[str, Any]) -> str:
    return gettext("%(amount)s make-up cards") % {"amount": terms["amount"]}
