"""The three clocks: by days in the pool, by the member's own rhythm, by the rungs reached."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from siyu.members.rules import Clocks, Life, Rung, live, rhythm_days, turn

ZONE = ZoneInfo("Asia/Shanghai")
JOINED = datetime(2026, 1, 10, 15, 59, tzinfo=UTC)  # 23:59 of 10 January in Shanghai
CLOCKS = Clocks()


def at_day(days: int) -> datetime:
    """Just after midnight in Shanghai, so many days after the day of joining."""
    return datetime(2026, 1, 9, 16, 0, tzinfo=UTC) + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "stage"),
    [(0, "silent"), (30, "silent"), (31, "growing"), (90, "growing"), (91, "active"), (180, "active"), (181, "declining")],
)
def test_the_pool_stage_turns_at_business_midnight(days: int, stage: str) -> None:
    life = Life()
    live(life, "pool.joined", JOINED, "douyin")
    turn(life, at_day(days), ZONE, CLOCKS)
    assert life.pool_stage == stage


def test_each_due_instant_is_the_first_at_which_a_clock_moves() -> None:
    life = Life()
    live(life, "pool.joined", JOINED, "douyin")
    live(life, "order.paid", JOINED, "")
    turn(life, JOINED, ZONE, CLOCKS)
    seen = []
    while life.due_at is not None:
        due = life.due_at
        assert turn(Life(**{name: getattr(life, name) for name in Life.__slots__}), due - timedelta(microseconds=1), ZONE, CLOCKS) == []
        seen += [(due, move.clock, move.after) for move in turn(life, due, ZONE, CLOCKS)]
    assert seen == [
        (at_day(31), "pool", "growing"),
        (at_day(61), "activity", "drowsy"),
        (at_day(91), "pool", "active"),
        (at_day(121), "activity", "lost"),
        (at_day(181), "pool", "declining"),
    ]


def test_a_rhythm_is_the_members_own_from_three_purchases_on() -> None:
    life = Life()
    for days in (0, 10, 20):
        live(life, "order.paid", JOINED + timedelta(days=days), "")
    assert rhythm_days(life, CLOCKS) == 10
    turn(life, JOINED + timedelta(days=20), ZONE, CLOCKS)
    assert life.activity == "active"
    assert life.due_at == at_day(20 + 21)


def test_rungs_are_kept_and_the_highest_is_shown() -> None:
    life = Life()
    for name, rung in (("friend.added", "friend"), ("account.followed", "friend"), ("order.paid", "buyer"), ("order.paid", "repeat_buyer")):
        live(life, name, JOINED, "")
        turn(life, JOINED, ZONE, CLOCKS)
        assert life.rung == rung
    life.reach(Rung.SUPER_MEMBER)
    turn(life, JOINED, ZONE, CLOCKS)
    assert life.rung == "super_member"
