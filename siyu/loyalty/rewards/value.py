"""What rewards of value share: checked amounts, granted through the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siyu.loyalty.services import Grant, grant
from siyu.merchant.rules import Actor

from .reward import Reward, amount_of, only


def checked(terms: dict[str, Any]) -> dict[str, Any]:
    only(terms, "amount")
    return {"kind": terms["kind"], "amount": amount_of(terms)}


def granted(by: Actor, unit: str, rewards: Sequence[Reward], now: datetime) -> None:
    """One grant for each reward; the ledger answers a repeated key with what it answered before."""
    grants = [Grant(reward.member_id, unit, reward.terms["amount"], f"reward:{reward.key}", reward.because) for reward in rewards]
    grant(by, grants, now)
