"""Points as a reward: `{"kind": "points", "amount": 100}`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from siyu.merchant.rules import Actor

from . import value
from .reward import Reward

UNIT = "points"


def check(terms: dict[str, Any]) -> dict[str, Any]:
    """Refusal: `reward.terms`."""
    return value.checked(terms)


def grant(by: Actor, rewards: Sequence[Reward], now: datetime) -> None:
    value.granted(by, UNIT, rewards, now)


def tells(terms: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "value.granted", {"unit": UNIT, "amount": terms["amount"]}


def words(terms: dict[str, Any]) -> str:
    return gettext("%(amount)s points") % {"amount": f"{terms['amount']:,}"}
