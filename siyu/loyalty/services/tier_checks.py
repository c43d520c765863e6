"""What the writers of tiers check: steps that do not contradict themselves, terms that mean something."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal

from ..rules.tiers.terms import PLAIN_TERMS, AtOnce, For, Rolling, SinceEntering, Terms
from .words import check_names

MAX_TIERS = 20
MAX_GIFTS = 5
MAX_MULTIPLIER = Decimal(100)
MEASURES = ("growth", "points", "spend", "orders", "acts")
GIVEN = ("points", "growth")


@dataclass(frozen=True, slots=True)
class Step:
    """A tier to be published: reached from `threshold` on, kept down to `keep` (None: the threshold).

    `multiplier` of points, to three decimals; `gifts`: (unit, amount), given when it is reached.
    """

    code: str
    name: str
    threshold: int
    multiplier: Decimal = Decimal(1)
    keep: int | None = None
    gifts: tuple[tuple[str, int], ...] = ()


def check_terms(terms: dict[str, Any]) -> Terms:
    """The terms of a track, read and checked. Refusals: `tiers.terms`, `tiers.unit`."""
    try:
        checked = msgspec.convert(terms, type=Terms) if terms else PLAIN_TERMS
    except msgspec.ValidationError as error:
        raise Refusal("tiers.terms", "the terms cannot be read: %(fault)s", fault=error) from error
    if checked.unit not in MEASURES:
        raise Refusal("tiers.unit", "%(unit)s cannot be measured", unit=checked.unit)
    window, valid = checked.window, checked.valid
    if isinstance(window, Rolling) and not (window.days or window.months):
        raise Refusal("tiers.terms", "a rolling window has some days or months")
    if isinstance(valid, For) and not (valid.days or valid.months):
        raise Refusal("tiers.terms", "a tier is valid for some days or months")
    if isinstance(window, SinceEntering) and isinstance(valid, AtOnce):
        raise Refusal("tiers.terms", "what counts from every change of tier needs a term in which the tier holds")
    if checked.downgrade == "one_down" and isinstance(valid, AtOnce) and not checked.grace_days:
        raise Refusal("tiers.terms", "one level at a time needs a term in which the tier holds, or days of grace")
    return checked


def check_steps(steps: Sequence[Step]) -> list[Step]:
    """Tiers in order of their thresholds, checked. Refusals as in `publish_tiers`."""
    if not steps:
        raise Refusal("tiers.none", "a programme has at least one tier")
    if len(steps) > MAX_TIERS:
        raise Refusal("tiers.too_many", "at most %(limit)s tiers", limit=MAX_TIERS)
    for step in steps:
        _check_step(step)
    ordered = sorted(steps, key=lambda step: step.threshold)
    if len({step.threshold for step in steps}) < len(steps):
        raise Refusal("tiers.threshold", "two tiers have one threshold")
    if len({step.code for step in steps}) < len(steps):
        raise Refusal("tiers.code", "two tiers have one code")
    return ordered


def _check_step(step: Step) -> None:
    check_names("tiers", step.code, step.name)
    if not 0 <= step.threshold <= MAX_AMOUNT:
        raise Refusal("tiers.threshold", "%(code)s: a threshold lies between 0 and %(limit)s", code=step.code, limit=MAX_AMOUNT)
    if step.keep is not None and not 0 <= step.keep <= step.threshold:
        raise Refusal("tiers.keep", "%(code)s: the keep-line is not above the line", code=step.code)
    if not 0 < step.multiplier <= MAX_MULTIPLIER or step.multiplier != round(step.multiplier, 3):
        raise Refusal(
            "tiers.multiplier",
            "%(code)s: a multiplier is above 0 and at most %(limit)s, with three decimals",
            code=step.code,
            limit=MAX_MULTIPLIER,
        )
    if len(step.gifts) > MAX_GIFTS or any(unit not in GIVEN or not 0 < amount <= MAX_AMOUNT for unit, amount in step.gifts):
        raise Refusal("tiers.gift", "%(code)s: a gift is an amount of points or growth", code=step.code)
