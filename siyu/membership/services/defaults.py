"""The usual benefits of the trade, for an operator who asks for them; nothing is installed silently."""

from datetime import date, datetime
from typing import Any

from siyu.loyalty.queries import ladder
from siyu.merchant.rules import Actor

from ..models import Benefit
from .benefits import publish_benefit

# code, kind, name, from which place of the ladder on (0 the lowest), the rest of the definition; money in minor units
USUAL: tuple[tuple[str, str, str, int, dict[str, Any]], ...] = (
    (
        "free_shipping",
        "free_shipping",
        "包邮",
        1,
        {"terms": {"fee_minor": 1_000}, "quota": {"times": 2, "per": "month"}, "trial_days": 7, "name_en": "Free shipping"},
    ),
    (
        "birthday_gift",
        "birthday_gift",
        "生日礼",
        0,
        {"terms": {"gift": "生日礼盒", "worth_minor": 3_000}, "quota": {"times": 1, "per": "year"}, "name_en": "Birthday gift"},
    ),
    ("priority_support", "priority_support", "专属客服", 2, {"terms": {"minutes": 10}, "name_en": "Priority support"}),
    ("early_access", "early_access", "提前购", 2, {"terms": {"hours": 24}, "trial_days": 3, "name_en": "Early access"}),
)


def install_usual_benefits(by: Actor, day: date, *, now: datetime) -> int:
    """Publish the usual benefits whose codes are free, for the tiers of the ladder in force; returns how many. A past day is allowed."""
    tiers = [step.code for step in ladder(day)]
    known = set(Benefit.objects.values_list("code", flat=True))
    made = 0
    for code, kind, name, place, definition in USUAL:
        holders = tiers[place:] or tiers[-1:]
        if code in known or not holders:
            continue
        sources = _sources(holders, (definition.get("quota") or {}).get("times"))
        rest = {} if place == 0 else {"trial_days": definition.get("trial_days", 0)}
        publish_benefit(by, code, kind, name, {**definition, **rest, "sources": sources}, day, today=day, now=now)
        made += 1
    return made


def _sources(tiers: list[str], times: int | None) -> list[dict[str, Any]]:
    """One line for all; of a quota that grows, each tier further up has it once more."""
    if times is None or times == 1:
        return [{"by": "tier", "codes": tiers}]
    return [{"by": "tier", "codes": [tier], "times": times * (step + 1)} for step, tier in enumerate(tiers)]
