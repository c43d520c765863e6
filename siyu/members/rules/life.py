"""The three clocks of a member: pool stage, purchase activity, relationship ladder."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from siyu.lib.clock import business_day, midnight


class PoolStage(StrEnum):
    """入池阶段, by days since entering the pool."""

    SILENT = "silent"
    GROWING = "growing"
    ACTIVE = "active"
    DECLINING = "declining"


class Activity(StrEnum):
    """购买活跃度, by recency against the member's own rhythm."""

    ACTIVE = "active"
    DROWSY = "drowsy"
    LOST = "lost"


class Rung(StrEnum):
    """关系阶梯, from stranger to super member."""

    STRANGER = "stranger"
    FOLLOWER = "follower"
    FRIEND = "friend"
    GROUP_MEMBER = "group_member"
    BUYER = "buyer"
    REPEAT_BUYER = "repeat_buyer"
    MEMBER = "member"
    SUPER_MEMBER = "super_member"


RUNGS = tuple(Rung)
_BITS = {rung: 1 << place for place, rung in enumerate(RUNGS)}
HELD_RUNGS = (Rung.MEMBER, Rung.SUPER_MEMBER)  # stood on as long as a tier is held; the others, once reached, are kept


def bit(rung: Rung) -> int:
    """A rung's place in the mask of rungs."""
    return _BITS[rung]


def highest(rungs: int) -> str:
    """The highest rung of a mask."""
    return RUNGS[max(rungs.bit_length() - 1, 0)].value


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the merchant decided about the clocks on a business day."""

    silent_days: int = 30
    growing_days: int = 90
    active_days: int = 180
    usual_gap_days: int = 30  # rhythm of those with fewer than three purchases
    shortest_gap_days: int = 7
    longest_gap_days: int = 90
    drowsy_after: int = 2  # rhythms without a purchase
    lost_after: int = 4


@dataclass(slots=True)
class Life:
    """The inputs of the three clocks, all of which commute, and where the clocks stand."""

    pool_joined_at: datetime | None = None
    pool_channel: str = ""
    first_bought_at: datetime | None = None
    last_bought_at: datetime | None = None
    purchases: int = 0
    rungs: int = 0
    pool_stage: str = ""
    activity: str = ""
    rung: str = Rung.STRANGER.value
    due_at: datetime | None = None
    reached: list[Rung] = field(default_factory=list, repr=False, compare=False)  # news that `turn` has yet to tell; not stored

    def join_pool(self, at: datetime, channel: str) -> None:
        if self.pool_joined_at is None or (at, channel) < (self.pool_joined_at, self.pool_channel):
            self.pool_joined_at, self.pool_channel = at, channel

    def buy(self, at: datetime) -> None:
        self.purchases += 1
        self.first_bought_at = min(self.first_bought_at or at, at)
        self.last_bought_at = max(self.last_bought_at or at, at)
        self.reach(Rung.BUYER)
        if self.purchases > 1:
            self.reach(Rung.REPEAT_BUYER)

    def reach(self, rung: Rung) -> None:
        if not self.rungs & bit(rung):
            self.rungs |= bit(rung)
            self.reached.append(rung)

    def absorb(self, other: "Life") -> None:
        """Two lives become one: earliest, latest, sums and unions; the clocks are then set anew."""
        if other.pool_joined_at is not None:
            self.join_pool(other.pool_joined_at, other.pool_channel)
        for at in (other.first_bought_at, other.last_bought_at):
            if at is not None:
                self.first_bought_at = min(self.first_bought_at or at, at)
                self.last_bought_at = max(self.last_bought_at or at, at)
        self.purchases += other.purchases
        self.rungs |= other.rungs
        if self.purchases > 1:
            self.reach(Rung.REPEAT_BUYER)


@dataclass(frozen=True, slots=True)
class Move:
    """One clock moved: `clock` is pool, activity or ladder. A ladder's move tells of one rung reached (`before` is empty)."""

    clock: str
    before: str
    after: str


def turn(life: Life, now: datetime, zone: ZoneInfo, clocks: Clocks) -> list[Move]:
    """Set all three clocks to where they stand at `now`, and `due_at` to when time alone moves the next of them."""
    moves, dues = [], []
    today = business_day(now, zone)
    for name, place in (("pool", _pool(life, today, clocks, zone)), ("activity", _activity(life, today, clocks, zone))):
        after, due = place
        attribute = "pool_stage" if name == "pool" else "activity"
        before = getattr(life, attribute)
        if after != before:
            moves.append(Move(name, before, after))
            setattr(life, attribute, after)
        if due is not None:
            dues.append(due)
    moves += [Move("ladder", "", rung.value) for rung in life.reached]
    life.reached.clear()
    life.rung = highest(life.rungs)
    life.due_at = min(dues, default=None)
    return moves


@dataclass(frozen=True, slots=True)
class NextMove:
    """Where a clock that time moves stands, and what time alone makes of it next (`at` is None when nothing)."""

    clock: str
    place: str
    at: datetime | None
    then: str


def next_moves(life: Life, now: datetime, zone: ZoneInfo, clocks: Clocks) -> list[NextMove]:
    """The pool stage and the purchase activity at `now`, each with its next move, if the member does nothing until then."""
    today, moves = business_day(now, zone), []
    for name, place_on in (("pool", _pool), ("activity", _activity)):
        place, due = place_on(life, today, clocks, zone)
        then = place_on(life, business_day(due, zone), clocks, zone)[0] if due else ""
        moves.append(NextMove(name, place, due, then))
    return moves


def _pool(life: Life, today: date, clocks: Clocks, zone: ZoneInfo) -> tuple[str, datetime | None]:
    if life.pool_joined_at is None:
        return "", None
    joined = business_day(life.pool_joined_at, zone)
    days = (today - joined).days
    for stage, last_day in (
        (PoolStage.SILENT, clocks.silent_days),
        (PoolStage.GROWING, clocks.growing_days),
        (PoolStage.ACTIVE, clocks.active_days),
    ):
        if days <= last_day:
            return stage.value, midnight(joined + timedelta(days=last_day + 1), zone)
    return PoolStage.DECLINING.value, None


def rhythm_days(life: Life, clocks: Clocks) -> int:
    """A member's own gap between purchases in whole days: the mean of at least two gaps, within the merchant's bounds."""
    if life.purchases < 3 or life.first_bought_at is None or life.last_bought_at is None:
        return clocks.usual_gap_days
    mean = (life.last_bought_at - life.first_bought_at) // (life.purchases - 1)
    return min(max(mean.days, clocks.shortest_gap_days), clocks.longest_gap_days)


def _activity(life: Life, today: date, clocks: Clocks, zone: ZoneInfo) -> tuple[str, datetime | None]:
    if life.last_bought_at is None:
        return "", None
    last = business_day(life.last_bought_at, zone)
    rhythm = rhythm_days(life, clocks)
    days = (today - last).days
    for activity, last_day in ((Activity.ACTIVE, rhythm * clocks.drowsy_after), (Activity.DROWSY, rhythm * clocks.lost_after)):
        if days <= last_day:
            return activity.value, midnight(last + timedelta(days=last_day + 1), zone)
    return Activity.LOST.value, None


# what a fact says about a member's rung
FACT_RUNGS = {
    "account.followed": Rung.FOLLOWER,
    "pool.joined": Rung.FOLLOWER,
    "friend.added": Rung.FRIEND,
    "group.joined": Rung.GROUP_MEMBER,
}
LIFE_FACTS = frozenset(FACT_RUNGS) | {"order.paid"}


def live(life: Life, name: str, occurred_at: datetime, channel: str) -> None:
    """What one fact changes in the inputs of the clocks."""
    if rung := FACT_RUNGS.get(name):
        life.reach(rung)
    if name == "pool.joined":
        life.join_pool(occurred_at, channel)
    elif name == "order.paid":
        life.buy(occurred_at)


def clocks_of(settings: Any, day: date) -> Clocks:
    """The clocks' settings in force on a business day."""
    silent, growing, active = settings.value("members.pool_stage_days", day)
    activity = settings.value("members.activity", day)
    return Clocks(
        silent_days=silent,
        growing_days=growing,
        active_days=active,
        usual_gap_days=activity["usual_gap"],
        shortest_gap_days=activity["shortest_gap"],
        longest_gap_days=activity["longest_gap"],
        drowsy_after=activity["drowsy_after"],
        lost_after=activity["lost_after"],
    )
