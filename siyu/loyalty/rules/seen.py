"""What conditions and formulas see of a fact: its properties, the hour on the wall, the person, and the lines that count."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from siyu.facts.rules import Fact
from siyu.lib.money import MAX_AMOUNT
from siyu.orders.rules import line_amount

from .person import NOBODY, Period, Person

AMOUNT = "amount_minor"
POINTS_PART = "points_minor"  # the part of an order's amount that was paid with points

Line = dict[str, Any]


class Unmet(NamedTuple):
    """Why a condition does not hold, in words that a page translates; `missing_minor` is the amount that would make it hold."""

    code: str  # "amount.below"
    words: str
    values: dict[str, Any] = {}
    missing_minor: int = 0


class Frame(NamedTuple):
    """What is the same for every fact: the programme's zone and currency, and the names of sources."""

    zone: ZoneInfo
    currency: str = "CNY"
    sources: dict[int, str] = {}


class Shared(msgspec.Struct, frozen=True):
    """What the members of a batch share: products' categories (those above included), and what was used of rules' budgets."""

    categories: dict[str, tuple[str, ...]] = {}
    budgets: dict[Period, int] = {}


NOTHING_SHARED = Shared()


class Seen:
    """One fact before one rule. `narrow` leaves only some of its lines; what follows is then worth only those."""

    def __init__(self, fact: Fact, frame: Frame, tier: str = "", person: Person = NOBODY, shared: Shared = NOTHING_SHARED) -> None:
        self.fact, self.frame, self.tier, self.person, self.shared = fact, frame, tier, person, shared
        self.properties = fact.properties
        self.kept: list[Line] | None = None  # None: all of them

    @property
    def day(self) -> date:
        return self.fact.business_day

    @cached_property
    def wall(self) -> datetime:
        """The fact's instant as clocks in the programme's zone show it."""
        return self.fact.occurred_at.astimezone(self.frame.zone)

    @cached_property
    def all_lines(self) -> list[Line]:
        lines = self.properties.get("lines")
        return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []

    @property
    def lines(self) -> list[Line]:
        return self.all_lines if self.kept is None else self.kept

    def narrow(self, keeps: Callable[[Line], bool]) -> None:
        self.kept = [line for line in self.lines if keeps(line)]

    def fresh(self) -> "Seen":
        """The same fact for the next rule, with all its lines."""
        self.kept = None
        return self

    def categories_of(self, line: Line) -> tuple[str, ...]:
        """The line's category as the order told it, or the catalogue's with those above."""
        told = line.get("category")
        above = self.shared.categories.get(str(line.get("sku") or ""), ())
        return (str(told), *above) if told else above

    def told(self, property: str) -> int | Decimal:
        """What a property says: of the amount whole minor units, of any other a number with its fraction."""
        value = self.properties.get(property)
        return max(whole(value), 0) if property == AMOUNT else number(value)

    def amount(self, *, with_points_part: bool = True) -> int:
        """Minor units of the fact that count: of the kept lines if a condition narrowed them.

        When an order's lines sum to more than what was paid, the discount falls on each in proportion (floor); the part paid
        with points is left out unless asked for.
        """
        paid = max(whole(self.properties.get(AMOUNT)), 0)
        if not with_points_part:
            paid = max(paid - max(whole(self.properties.get(POINTS_PART)), 0), 0)
        if self.kept is None:
            return paid
        part, total = self._sum(self.kept), self._sum(self.all_lines)
        return part if total <= paid else part * paid // total

    def _sum(self, lines: list[Line]) -> int:
        return sum(max(line_amount(line, self.frame.currency), 0) for line in lines)


def whole(value: Any) -> int:
    """A whole number of minor units (100.0 is one), or 0 for anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def number(value: Any) -> int | Decimal:
    """A number as a fact tells it, with its fraction, at most `MAX_AMOUNT`; 0 for what is none, and for what lies below 0."""
    if type(value) is int:
        return min(max(value, 0), MAX_AMOUNT)
    try:
        told = Decimal(str(value))
    except InvalidOperation:
        return 0
    if not told.is_finite():
        return 0
    return MAX_AMOUNT if told > MAX_AMOUNT else max(told, Decimal(0))
