"""The members that a series of facts and merges touches, walked through their tasks. No database: reaction and tests walk it."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from siyu.facts.rules import Fact, Merged

from .tasks import ORDER_CLOSED, ORDER_REFUNDED, Done, OrderCount, Task, count_orders, count_times, steps_reached, window_of

Matches = Callable[[dict[str, Any]], bool]
OrderKey = tuple[str, str, str]  # task, shop, number


class Version(NamedTuple):
    """A version of a task, its counter, and the days it holds for."""

    code: str
    version: int
    name: str
    task: Task
    counter: int
    matches: Matches
    since: date
    from_day: date
    until_day: date | None


class Completed(NamedTuple):
    """A completed step as it stands: whose it was when it was completed, and whether its reward was given."""

    origin: int
    is_claimed: bool


class Reached(NamedTuple):
    """A step just completed by a member, with what caused it; None for a merge."""

    done: Done
    version: Version
    member_id: int
    day: date
    at: datetime
    cause: Fact | None


class MemberTasks(msgspec.Struct):
    """What a member did toward tasks: by counter and day; orders by task; and what is completed."""

    times: dict[int, dict[date, int]] = {}
    orders: dict[OrderKey, OrderCount] = {}
    done: dict[Done, Completed] = {}

    def take(self, other: "MemberTasks") -> None:
        """What a merged member brings along."""
        for counter, days in other.times.items():
            own = self.times.setdefault(counter, {})
            for day, number in days.items():
                own[day] = own.get(day, 0) + number
        self.orders.update(other.orders)
        self.done = {**other.done, **self.done}


class TaskBook:
    """State by member, and what the events so far complete, withdraw and count."""

    def __init__(self, versions: Iterable[Version], may: Callable[[int, Task], bool]) -> None:
        self.members: dict[int, MemberTasks] = {}
        self.loose: dict[OrderKey, OrderCount] = {}  # refunded before they were paid
        self.buyers: dict[OrderKey, int] = {}  # whose an order is, as it was read or paid
        self.reached: list[Reached] = []
        self.withdrawn: list[tuple[Done, int]] = []  # with the origin of the row
        self.orders: dict[OrderKey, tuple[int | None, OrderCount]] = {}  # to be written, with the handle
        self._versions: dict[str, list[Version]] = {}
        for version in sorted(versions, key=lambda one: -one.version):
            self._versions.setdefault(version.code, []).append(version)
        self._counters = {one.counter: (one.task.trigger, one.matches) for known in self._versions.values() for one in known}
        self._survivors: dict[int, int] = {}
        self._may = may

    def member(self, member_id: int) -> MemberTasks:
        """The member, or whoever it was merged into by the events so far."""
        return self.members.setdefault(self._living(member_id), MemberTasks())

    def in_force(self, code: str, day: date) -> Version | None:
        """The version of a task that holds on a day."""
        newest = next((one for one in self._versions.get(code, ()) if one.from_day <= day), None)
        return newest if newest is not None and (newest.until_day is None or day <= newest.until_day) else None

    def tell(self, fact: Fact) -> None:
        """One fact: what it counts for, then what that completes or takes back."""
        if fact.name in (ORDER_REFUNDED, ORDER_CLOSED):
            self._give_back(fact)
        if fact.member_id is None or fact.identity_id is None:
            return
        state = self.member(fact.member_id)
        for counter, (trigger, matches) in self._counters.items():
            if trigger == fact.name and matches(fact.properties):
                days = state.times.setdefault(counter, {})
                days[fact.business_day] = days.get(fact.business_day, 0) + 1
        for code in self._versions:
            version = self.in_force(code, fact.business_day)
            if version is None or version.task.trigger != fact.name or not version.matches(fact.properties):
                continue
            if version.task.minds_refunds:
                self._order(version, fact, state)
            if not fact.is_historical:
                self._complete(version, self._living(fact.member_id), fact.business_day, fact.clock, fact)

    def merge(self, merged: Merged, day: date) -> None:
        """The loser's part joins the survivor's; together they may have completed something."""
        lost = self.members.pop(merged.loser_id, None)
        self._survivors[merged.loser_id] = merged.survivor_id
        if lost is None:
            return
        self.member(merged.survivor_id).take(lost)
        for code in self._versions:
            if (version := self.in_force(code, day)) is not None:
                self._complete(version, self._living(merged.survivor_id), day, merged.clock, None)

    def progress(self, version: Version, member_id: int, day: date) -> int:
        """What counts for the period of a day."""
        state, window = self.member(member_id), window_of(version.task, day, version.since, version.until_day)
        if version.task.minds_refunds:
            orders = [order for (code, _, _), order in state.orders.items() if code == version.code]
            return count_orders(version.task, orders, window)
        return count_times(version.task, state.times.get(version.counter, {}), window)

    def _complete(self, version: Version, member_id: int, day: date, at: datetime, cause: Fact | None) -> None:
        state, start = self.member(member_id), window_of(version.task, day, version.since, version.until_day)[0]
        reached = steps_reached(version.task, self.progress(version, member_id, day))
        for step in reached:
            done = Done(version.code, start, step)
            if done not in state.done and self._may(member_id, version.task):
                state.done[done] = Completed(member_id, version.task.claim == "automatic")
                self.reached.append(Reached(done, version, member_id, day, at, cause))

    def _order(self, version: Version, fact: Fact, state: MemberTasks) -> None:
        key = (version.code, str(fact.properties.get("shop", "")), str(fact.properties.get("order_number", "")))
        if key in self.buyers:
            return
        refunded = self.loose.pop(key, OrderCount(None, 0, 0)).refunded_minor
        order = OrderCount(fact.business_day, int(fact.properties.get("amount_minor") or 0), refunded)
        state.orders[key] = order
        self.buyers[key] = self._living(fact.member_id or 0)
        self.orders[key] = (fact.identity_id, order)

    def _give_back(self, fact: Fact) -> None:
        """A refund, or the closing of an order, which gives back all of it; one of an unpaid order waits for the payment."""
        for code, versions in self._versions.items():
            if not any(version.task.minds_refunds for version in versions):
                continue
            key = (code, str(fact.properties.get("shop", "")), str(fact.properties.get("order_number", "")))
            holder = self._living(self.buyers[key]) if key in self.buyers else None
            known = self.members[holder].orders if holder is not None else self.loose
            before = known.get(key, OrderCount(None, 0, 0))
            known[key] = after = before._replace(refunded_minor=_refunded(before, fact))
            self.orders[key] = (self.orders.get(key, (None, after))[0], after)
            if holder is not None and before.stands and not after.stands and after.day is not None:
                self._withdraw(code, holder, after.day)

    def standing(self) -> list[Reached]:
        """The newest news of each completion that still stands: what is to be written."""
        newest = {(one.done, one.member_id): one for one in self.reached}
        return [one for one in newest.values() if one.done in self.member(one.member_id).done]

    def _withdraw(self, code: str, member_id: int, day: date) -> None:
        """Completions whose reward was not given yet fall with what they were completed by."""
        if (version := self.in_force(code, day)) is None:
            return
        state, start = self.members[member_id], window_of(version.task, day, version.since, version.until_day)[0]
        reached = set(steps_reached(version.task, self.progress(version, member_id, day)))
        for done in [one for one in state.done if one.code == code and one.start == start and one.step not in reached]:
            if not state.done[done].is_claimed:
                origin = state.done.pop(done).origin
                self.withdrawn.append((done, origin))

    def _living(self, member_id: int) -> int:
        while member_id in self._survivors:
            member_id = self._survivors[member_id]
        return member_id


def _refunded(order: OrderCount, fact: Fact) -> int:
    if fact.name == ORDER_CLOSED:
        return max(order.refunded_minor, order.amount_minor, 1)
    return order.refunded_minor + int(fact.properties.get("amount_minor") or 0)
