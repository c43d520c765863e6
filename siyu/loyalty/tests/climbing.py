"""Builders for tiers: tracks with terms, and a member who earns, waits and is judged by the fold."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from siyu.lib.clock import midnight
from siyu.loyalty.rules import TRACK, Book, Floor, Ladder, Member, Programme, Standing, Tier
from siyu.loyalty.rules.tiers.days import Zones
from siyu.loyalty.rules.tiers.terms import Terms
from siyu.loyalty.tests.given import FIRST_DAY, ZONE, fact, merged, rule

GROWING = rule({"trigger": "grew", "unit": "growth", "formula": {"kind": "per_amount", "points": 1, "per_minor": 1}}, "grow", 1)
BUYING = rule({"trigger": "order.paid", "unit": "growth", "formula": {"kind": "per_amount", "points": 1, "per_minor": 1}}, "buy", 2)
SPENDING = rule({"trigger": "order.paid", "unit": "spend", "formula": {"kind": "per_amount", "points": 1, "per_minor": 1}}, "spend", 3)
SHARING = rule({"trigger": "shared", "unit": "points", "formula": {"kind": "fixed", "points": 10}}, "share", 4)
RULES = [GROWING, BUYING, SPENDING, SHARING]


def terms(**values: Any) -> Terms:
    return msgspec.convert(values, type=Terms)


def track(
    *steps: tuple[Any, ...], version: int = 1, from_day: date = FIRST_DAY, code: str = TRACK, zone: ZoneInfo = ZONE, **more: Any
) -> Ladder:
    """A version of a track: steps are (code, reach, keep?)."""
    migration, by_hand_at = more.pop("migration", "at_once"), more.pop("by_hand_at", None)
    tiers = tuple(
        Tier(step[0], step[0], rank, step[1], keep=step[2] if len(step) > 2 else None, gifts=tuple(step[3]) if len(step) > 3 else ())
        for rank, step in enumerate(steps)
    )
    return Ladder(version, midnight(from_day, zone), tiers, code, terms(**more), migration, by_hand_at)


def climbing(*ladders: Ladder, zones: Zones | None = None) -> Programme:
    return Programme(RULES, ladders, ZONE, zones=zones or Zones(ZONE))


def day(text: str, hour: int = 12) -> datetime:
    """An hour of a business day in Shanghai."""
    return datetime.fromisoformat(f"{text}T{hour:02}:00:00").replace(tzinfo=ZONE)


class Life:
    """One member's way through a programme."""

    def __init__(self, programme: Programme, member: int = 1) -> None:
        self.book, self.id = Book(programme), member

    def grows(self, amount: int, at: datetime) -> "Life":
        self.book.tell(fact("grew", self.id, at, amount_minor=amount))
        return self

    def pays(self, amount: int, order: str, at: datetime) -> "Life":
        self.book.tell(fact("order.paid", self.id, at, shop="web", order_number=order, amount_minor=amount))
        return self

    def gets_back(self, amount: int, order: str, at: datetime) -> "Life":
        self.book.tell(fact("order.refunded", self.id, at, shop="web", order_number=order, amount_minor=amount))
        return self

    def waits(self, until: datetime) -> "Life":
        self.book.pass_time(until)
        return self

    def is_granted(self, tier: str, at: datetime, until: datetime, code: str = TRACK) -> "Life":
        """Staff grant a tier: the floor stands, and everything is judged then."""
        member = self.member
        floors = {**member.floors, code: (*member.floors.get(code, ()), Floor(tier, at, until))}
        self.book.grant(self.id, floors, at)
        return self

    def meets(self, other: int, at: datetime) -> "Life":
        self.book.merge(merged(self.id, other, at))
        return self

    @property
    def member(self) -> Member:
        return self.book.member(self.id)

    def standing(self, code: str = TRACK) -> Standing:
        return self.member.standings[code]

    @property
    def tier(self) -> str:
        return self.member.tier

    def told(self) -> list[tuple[str, str, str, str]]:
        """What was told of tiers: day in Shanghai, from, to, why."""
        return [(f"{n.move.at.astimezone(ZONE):%Y-%m-%d}", n.move.before, n.move.after, n.move.why) for n in self.book.news]
