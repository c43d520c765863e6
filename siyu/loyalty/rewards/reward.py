"""The noun itself, and what kinds check alike."""

from typing import Any, NamedTuple

from siyu.lib.refusal import Refusal
from siyu.loyalty.services import Because

MAX_AMOUNT = 1_000_000_000
MAX_KEY = 200


class Reward(NamedTuple):
    """Something a member gets: `terms` say what, `key` makes it happen once, `because` stands with it."""

    member_id: int
    terms: dict[str, Any]
    key: str
    because: Because


def amount_of(terms: dict[str, Any], *, limit: int = MAX_AMOUNT) -> int:
    """The whole number `amount` of terms. Refusal: `reward.terms`."""
    amount = terms.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= limit:
        raise Refusal("reward.terms", "the amount is a whole number from 1 to %(limit)s", limit=limit)
    return amount


def only(terms: dict[str, Any], *names: str) -> None:
    """Refuse terms that hold what nobody reads. Refusal: `reward.terms`."""
    if unknown := sorted(set(terms) - {"kind", *names}):
        raise Refusal("reward.terms", "unknown: %(names)s", names=", ".join(unknown))
