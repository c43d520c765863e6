"""What races start from: members made beforehand, points, and keys that were never used."""

from datetime import timedelta
from itertools import count

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.facts.tasks import make_partitions
from siyu.loyalty.services import Because, Grant, define_unit, grant, install_default_programme, publish_payment_terms
from siyu.loyalty.tests.scene import FIRST_DAY, START, rows
from siyu.membership.services.benefits import publish_benefit
from siyu.membership.tests.deeds import install_behaviours
from siyu.membership.tests.scene import install_plans
from siyu.merchant.rules import SYSTEM

from .harness import Race, Ready

SOME = 200  # members made at once
WHY = Because("test", "race", "竞赛")
TRIAL = {"terms": {"fee_minor": 1_200}, "quota": {"times": 1, "per": "month"}, "sources": [{"by": "tier", "codes": ["bronze", "silver"]}]}
RACES: list[Race] = []


class Pool:
    """A programme with everything that moves value, and members who have nothing yet."""

    def __init__(self) -> None:
        make_partitions(START.date() - timedelta(days=1), START.date() + timedelta(days=3))
        install_default_programme(SYSTEM, FIRST_DAY)
        publish_payment_terms(SYSTEM, {}, FIRST_DAY, today=FIRST_DAY, now=START)
        define_unit(SYSTEM, "points", "积分", {"may_transfer": True}, START.date(), now=START)
        install_behaviours(FIRST_DAY)
        install_plans()
        publish_benefit(SYSTEM, "shipping", "free_shipping", "包邮", TRIAL, FIRST_DAY, today=FIRST_DAY, now=START)
        self.numbers = count(1)
        self.racers = 1  # of the race that is prepared
        self.waiting: list[tuple[str, int]] = []

    def somebody(self) -> tuple[str, int]:
        """A handle nobody used yet, and its member."""
        if not self.waiting:
            names = [f"racer {next(self.numbers)}" for _ in range(SOME)]
            facts = [Incoming(name="page.viewed", occurred_at=START, message=one, handles=[Handle("user_id", one)]) for one in names]
            record(facts, source="web", received_at=START)
            assert pump(START).stopped == ""
            newest = rows("SELECT member_id FROM members_identity ORDER BY id DESC LIMIT %s", [SOME])
            self.waiting = list(zip(names, sorted(member for (member,) in newest), strict=True))
        return self.waiting.pop()

    def member(self, points: int = 0) -> int:
        """A member with points that never expire."""
        _, member = self.somebody()
        if points:
            grant(SYSTEM, [Grant(member, "points", points, self.key(), WHY, expires_at=None)], START)
        return member

    def each(self, points: int = 0) -> list[int]:
        """A member for each racer."""
        return [self.member(points) for _ in range(self.racers)]

    def key(self) -> str:
        """A key of its own."""
        return f"race:{next(self.numbers)}"


def race(winners: int | None, losers: str = "", again: str = ""):
    """Enter a race into the table: `prepare(pool)` sets its scene. Codes are parted by spaces."""

    def enter(prepare):
        RACES.append(Race(prepare, winners, frozenset(losers.split()), frozenset(again.split())))
        return prepare

    return enter


def balance(member: int, bucket: str = "available", unit: str = "points") -> int:
    """What stands in one bucket of a member's accounts."""
    found = rows(f"SELECT coalesce(sum({bucket}), 0) FROM loyalty_account WHERE owner_id = %s AND unit = %s", [member, unit])
    return int(found[0][0])


__all__ = ["RACES", "START", "WHY", "Pool", "Race", "Ready", "balance", "race"]
