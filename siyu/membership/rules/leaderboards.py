"""Leaderboards 排行榜: what is measured, over which period, among whom; ties share a rank (1, 2, 2, 4)."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from .periods import Period

MAX_TOP = 1_000
MAX_PRIZES = 20
Measure = Literal["points", "growth", "check_ins", "orders", "spend", "facts"]
MEASURES: tuple[Measure, ...] = ("points", "growth", "check_ins", "orders", "spend", "facts")
Group = Literal["all", "store", "assistant", "tag"]
GROUPS: tuple[Group, ...] = ("all", "store", "assistant", "tag")


class Prize(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the ranks `first` to `last` get when the period ends."""

    first: int
    last: int
    rewards: list[dict[str, Any]]


class Board(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a board ranks: among everybody, or within each store, assistant or the members of a tag; `top` are shown."""

    measure: Measure
    period: Period = "month"
    among: Group = "all"
    tag: str = ""
    trigger: str = ""
    where: dict[str, Any] = {}
    top: int = 50
    prizes: list[Prize] = []


def ranks(values: Sequence[int]) -> list[int]:
    """Standard competition ranks of values in falling order: 9, 7, 7, 3 → 1, 2, 2, 4."""
    found: list[int] = []
    for place, value in enumerate(values):
        found.append(found[-1] if place and values[place - 1] == value else place + 1)
    return found


def prize_for(board: Board, rank: int) -> Prize | None:
    """What a rank gets."""
    return next((prize for prize in board.prizes if prize.first <= rank <= prize.last), None)


def faults(board: Board) -> str:
    """What is wrong with a board, in words; empty when nothing is."""
    if not 1 <= board.top <= MAX_TOP:
        return f"a board shows 1 to {MAX_TOP} members"
    if (board.among == "tag") != bool(board.tag):
        return "name the tag, for a board among the members of a tag only"
    if (board.measure == "facts") != bool(board.trigger):
        return "name the fact that counts, for a measure of facts only"
    if board.prizes and board.period == "all":
        return "a board without an end has no prizes"
    if len(board.prizes) > MAX_PRIZES:
        return f"at most {MAX_PRIZES} prizes"
    last = 0
    for prize in board.prizes:
        if prize.first <= last or prize.last < prize.first or prize.last > board.top or not prize.rewards:
            return "prizes go from the first rank to the last shown, do not overlap, and give something"
        last = prize.last
    return ""
