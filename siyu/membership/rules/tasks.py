"""Tasks 任务: do something so often within a period and get something for it. A pure fold over what a member did.

A member's progress is what the counters of facts say of the member's handles, so a merge or its undo moves it without a word here.
Orders that a refund may take back are kept one by one.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, NamedTuple

import msgspec

from siyu.facts.names import MAX_NAME

from .periods import Period, period_of

MAX_TARGET = 100_000
MAX_STEPS = 10
MAX_LIMITS = 50  # tiers, tags
ORDER_PAID, ORDER_REFUNDED, ORDER_CLOSED = "order.paid", "order.refunded", "order.closed"
OWN_FACTS = frozenset({"task.completed", "badge.awarded", "badge.revoked", "gift.redeemed", "gift.fulfilled", "gift.cancelled"})


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A step of a task: reached at `target` of what is counted."""

    target: int
    rewards: list[dict[str, Any]]


class Task(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a version of a task asks: facts called `trigger` that pass the property filter `where`.

    `counts`: every fact, or business days with one. `period`: how often the task begins anew; `all` is once for ever. A task
    `claim`ed by hand is open for `claim_days` business days after its completion (0: without end). `refunds`: whether an order
    that was given back in whole still counts. Empty `tiers` and `tags`: everybody; otherwise one of each.
    """

    trigger: str
    steps: list[Step]
    where: dict[str, Any] = {}
    counts: Literal["times", "days"] = "times"
    period: Period = "all"
    claim: Literal["automatic", "by_hand"] = "by_hand"
    claim_days: int = 0
    refunds: Literal["keep", "take_back"] = "take_back"
    tiers: list[str] = []
    tags: list[str] = []

    @property
    def minds_refunds(self) -> bool:
        return self.trigger == ORDER_PAID and self.refunds == "take_back"


class OrderCount(NamedTuple):
    """An order that counts toward a task, by shop code and number; `day` is None until it is paid."""

    day: date | None
    amount_minor: int
    refunded_minor: int

    @property
    def stands(self) -> bool:
        """Whether something of it was kept: an order of nothing stands until something is refunded."""
        return self.day is not None and (self.refunded_minor == 0 or self.refunded_minor < self.amount_minor)


class Done(NamedTuple):
    """A step completed in the period that begins on `start`."""

    code: str
    start: date
    step: int


def window_of(task: Task, day: date, since: date, until: date | None) -> tuple[date, date]:
    """First and last day that count together with `day`, within the life of the task."""
    first, last = period_of(task.period, day)
    return max(first, since), min(last, until) if until is not None else last


def count_times(task: Task, times: dict[date, int], window: tuple[date, date]) -> int:
    """Progress by the counter: facts, or days with one, within the window."""
    counted = [number for day, number in times.items() if window[0] <= day <= window[1] and number > 0]
    return len(counted) if task.counts == "days" else sum(counted)


def count_orders(task: Task, orders: Iterable[OrderCount], window: tuple[date, date]) -> int:
    """Progress by orders that still stand, within the window."""
    days = [order.day for order in orders if order.stands and order.day is not None and window[0] <= order.day <= window[1]]
    return len(set(days)) if task.counts == "days" else len(days)


def steps_reached(task: Task, progress: int) -> list[int]:
    """Numbers, from 0, of the steps that this progress reaches."""
    return [number for number, step in enumerate(task.steps) if progress >= step.target]


def faults(task: Task) -> str:
    """What is wrong with a version, in words; empty when nothing is."""
    targets = [step.target for step in task.steps]
    if not 1 <= len(targets) <= MAX_STEPS:
        return f"a task has 1 to {MAX_STEPS} steps"
    if not all(1 <= target <= MAX_TARGET for target in targets):
        return f"a step is reached at 1 to {MAX_TARGET}"
    if targets != sorted(set(targets)):
        return "each step asks more than the one before it"
    if not task.trigger or len(task.trigger) > MAX_NAME:
        return "name the fact that counts"
    if task.trigger in OWN_FACTS:
        return "what tasks, badges and the mall say themselves cannot count"
    if not 0 <= task.claim_days <= 366:
        return "a reward can be claimed for up to 366 days"
    if len(task.tiers) > MAX_LIMITS or len(task.tags) > MAX_LIMITS:
        return f"at most {MAX_LIMITS} tiers and {MAX_LIMITS} tags"
    return ""
