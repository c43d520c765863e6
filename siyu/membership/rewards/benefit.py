"""A benefit as a reward: `{"kind": "benefit", "benefit": "free_shipping", "days": 30, "times": 2}`; without days until it is taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from siyu.lib.clock import days_after
from siyu.lib.refusal import Refusal
from siyu.loyalty.rewards import Reward
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor

from ..models import Benefit
from ..services.benefits import BenefitGift, grant_benefit
from ..words import CODE

MAX_DAYS = 3_660


def check(terms: dict[str, Any]) -> dict[str, Any]:
    """Refusal: `reward.terms`."""
    code = terms.get("benefit")
    if not isinstance(code, str) or not CODE.fullmatch(code) or set(terms) - {"kind", "benefit", "days", "times"}:
        raise Refusal("reward.terms", "name the benefit by its code")
    if not Benefit.objects.filter(code=code, archived_at=None).exists():
        raise Refusal("reward.terms", "there is no benefit %(code)s", code=code)
    numbers = {name: terms[name] for name in ("days", "times") if terms.get(name) is not None}
    if any(isinstance(one, bool) or not isinstance(one, int) or not 1 <= one <= MAX_DAYS for one in numbers.values()):
        raise Refusal("reward.terms", "days and times lie between 1 and %(limit)s", limit=MAX_DAYS)
    return {"kind": "benefit", "benefit": code, **numbers}


def grant(by: Actor, rewards: Sequence[Reward], now: datetime) -> None:
    """Give the benefits; one that was archived meanwhile is refused."""
    zone = settings_book().zone(now.date())
    gifts = []
    for reward in rewards:
        days = reward.terms.get("days")
        until = days_after(now, days, zone) if days else None
        gifts.append(
            BenefitGift(reward.member_id, reward.terms["benefit"], reward.key, reward.because.words, until, reward.terms.get("times"))
        )
    grant_benefit(by, gifts, now, source="reward")


def tells(terms: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "benefit.granted", {"benefit": terms["benefit"]}


def words(terms: dict[str, Any]) -> str:
    name = Benefit.objects.filter(code=terms["benefit"]).order_by("-version").values_list("name", flat=True).first() or terms["benefit"]
    if "days" in terms:
        return gettext("%(name)s, days: %(days)s") % {"name": name, "days": terms["days"]}
    return gettext("benefit %(name)s") % {"name": name}
