"""Who is who, and the three clocks: pure rules of the people's room."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from siyu.lib.clock import business_day, midnight
from siyu.lib.phones import normal_phone
from siyu.merchant.rules import Setting

MAX_HANDLE = 512  # characters


@dataclass(frozen=True, slots=True)
class IdentityKind:
    """The policy of a kind of handle: how many a member may have, and whether it names a person (strong) or a device (weak)."""

    name: str
    title: str
    limit: int = 5
    is_strong: bool = True


KINDS: dict[str, IdentityKind] = {
    kind.name: kind
    for kind in (
        IdentityKind("anonymous_id", "匿名标识", limit=200, is_strong=False),
        IdentityKind("device_id", "设备标识", limit=50, is_strong=False),
        IdentityKind("user_id", "商城账号", limit=5),
        IdentityKind("phone", "手机号", limit=3),
        IdentityKind("email", "邮箱", limit=5),
        IdentityKind("unionid", "微信 UnionID", limit=1),
        IdentityKind("openid", "微信 OpenID", limit=10),
        IdentityKind("mini_openid", "小程序 OpenID", limit=5),
        IdentityKind("wecom_external_userid", "企业微信客户", limit=3),
        IdentityKind("card", "会员卡号", limit=3),
        IdentityKind("shop_account", "店铺账号", limit=10),
    )
}
BLOCKED = (
    "", "0", "00", "000", "0000", "00000000000", "null", "undefined", "none", "nil", "nan", "anonymous", "unknown", "guest", "test",
    "true", "false", "[object object]", "-", "n/a", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """The identity policy in force: kinds, blocked values (lower case), region of bare phone numbers."""

    kinds: dict[str, IdentityKind] = field(default_factory=lambda: KINDS)
    blocked: frozenset[str] = frozenset(BLOCKED)
    region: str = "CN"

    def kind(self, name: str) -> IdentityKind:
        return self.kinds.get(name) or IdentityKind(name, name)

    def normal(self, kind: str, value: str) -> str | None:
        """The one form of a handle's value; None when it names nobody."""
        value = value.strip()
        if len(value) > MAX_HANDLE or value.lower() in self.blocked:
            return None
        if kind == "phone":
            return normal_phone(value, self.region)
        if kind == "email":
            value = value.lower()
            return value if "@" in value[1:-1] else None
        return value


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
HELD_RUNGS = (Rung.MEMBER, Rung.SUPER_MEMBER)  # stood on as long as a tier is held; the others, once reached, are kept


def bit(rung: Rung) -> int:
    """A rung's place in the mask of rungs."""
    return 1 << RUNGS.index(rung)


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


def _stage_days(value: Any) -> str | None:
    ok = (
        isinstance(value, list)
        and len(value) == 3
        and all(isinstance(day, int) and 0 < day < 10_000 for day in value)
        and value == sorted(set(value))
    )
    return None if ok else "three rising numbers of days, such as [30, 90, 180]"


def _activity_settings(value: Any) -> str | None:
    wanted = {"usual_gap", "shortest_gap", "longest_gap", "drowsy_after", "lost_after"}
    ok = (
        isinstance(value, dict)
        and set(value) == wanted
        and all(isinstance(number, int) and 0 < number < 1_000 for number in value.values())
    )
    return None if ok and value["drowsy_after"] < value["lost_after"] else f"whole numbers for {', '.join(sorted(wanted))}"


def _identity_kinds(value: Any) -> str | None:
    ok = isinstance(value, dict) and all(
        isinstance(policy, dict) and 0 < policy.get("limit", 1) <= 1_000 and isinstance(policy.get("strong", True), bool)
        for policy in value.values()
    )
    return None if ok else 'kinds with their limit and strength, such as {"phone": {"limit": 3, "strong": true}}'


SETTINGS = (
    Setting("members.pool_stage_days", list, [30, 90, 180], "Last day of the silent, growing and active stage", check=_stage_days),
    Setting(
        "members.activity",
        dict,
        {"usual_gap": 30, "shortest_gap": 7, "longest_gap": 90, "drowsy_after": 2, "lost_after": 4},
        "Purchase activity: rhythm in days, and after how many rhythms a member is drowsy or lost",
        check=_activity_settings,
    ),
    Setting("members.identity_kinds", dict, {}, "Limits and strength of identity kinds that differ from the usual", check=_identity_kinds),
    Setting("members.blocked_identities", list, [], "Values that name nobody, besides the well-known ones"),
    Setting("members.phone_region", str, "CN", "Country of phone numbers without a country code"),
)


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


def policy_of(settings: Any, day: date) -> Policy:
    """The identity policy in force on a business day."""
    changed = settings.value("members.identity_kinds", day)
    kinds = dict(KINDS)
    for name, said in changed.items():
        usual = kinds.get(name) or IdentityKind(name, name)
        kinds[name] = IdentityKind(name, usual.title, said.get("limit", usual.limit), said.get("strong", usual.is_strong))
    blocked = frozenset(BLOCKED) | {str(value).strip().lower() for value in settings.value("members.blocked_identities", day)}
    return Policy(kinds, blocked, settings.value("members.phone_region", day))
