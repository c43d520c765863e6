"""Badges and titles 勋章: by rule or by hand, in levels; what they measure and which levels it reaches."""

from typing import Any, Literal

import msgspec

from siyu.lib.money import MAX_AMOUNT

MAX_LEVELS = 10
Measure = Literal["facts", "orders", "spend", "tier", "streak", "years", "hand"]
MEASURES: tuple[Measure, ...] = ("facts", "orders", "spend", "tier", "streak", "years", "hand")


class Level(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A level: from `threshold` of the measure on; its name, and what reaching it gives."""

    threshold: int
    name: str = ""
    rewards: list[dict[str, Any]] = []


class Badge(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a badge asks.

    Measures: `facts` (times that `trigger` passed `where`), `orders` (paid, less those given back), `spend` (minor units kept), `tier`
    (rank of the tier held), `streak` (longest run of check-ins), `years` (since joining), `hand` (only people give it).
    `is_revocable`: whether a level is taken back when the measure falls below it.
    """

    measure: Measure
    levels: list[Level]
    trigger: str = ""
    where: dict[str, Any] = {}
    is_revocable: bool = False


def levels_reached(badge: Badge, value: int) -> set[int]:
    """Numbers, from 1, of the levels that a measure reaches."""
    return {number for number, level in enumerate(badge.levels, 1) if value >= level.threshold}


def faults(badge: Badge) -> str:
    """What is wrong with a badge, in words; empty when nothing is."""
    thresholds = [level.threshold for level in badge.levels]
    if not 1 <= len(thresholds) <= MAX_LEVELS:
        return f"a badge has 1 to {MAX_LEVELS} levels"
    if not all(0 <= value <= MAX_AMOUNT for value in thresholds) or thresholds != sorted(set(thresholds)):
        return "each level asks more than the one before it"
    if badge.measure != "hand" and thresholds[0] < 1:
        return "the first level asks at least 1"
    if (badge.measure == "facts") != bool(badge.trigger):
        return "name the fact that counts, for a measure of facts only"
    if any(len(level.name) > 60 for level in badge.levels):
        return "a level's name has at most 60 characters"
    return ""
