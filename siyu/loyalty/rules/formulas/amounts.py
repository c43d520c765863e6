"""Numbers that stand in formulas and caps."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

Amount = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Minor = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]

PLAIN = 1000  # a multiplier is counted in thousandths
MAX_MULTIPLIER = 100 * PLAIN  # all multipliers together


def thousandths(times: Decimal) -> int:
    return int(times * PLAIN)


def fits_times(times: Decimal) -> bool:
    """Whether a multiple is above 0, at most a hundredfold, and has three decimals at most."""
    return times.is_finite() and 0 < times <= 100 and times == round(times, 3)
