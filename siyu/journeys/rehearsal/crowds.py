"""Who would have been in an audience at an instant of the past: rules judged over what had happened by then, member by member.

What is kept only as it is today (tags, traits, tiers, points, RFM, lists …) is answered as of today; `unknown` names those conditions.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from siyu.audiences.rules import Leaf
from siyu.audiences.rules.tree import Node
from siyu.facts import filters
from siyu.facts.rules import Fact
from siyu.lib.clock import business_day, midnight
from siyu.members.rules import Clocks, Life, turn

ORDERS, JOINED, REFUNDED = "order.paid", "pool.joined", "order.refunded"
COMPARES: dict[str, Callable[[Any, Any, Any], bool]] = {
    "eq": lambda value, low, high: value == low,
    "ne": lambda value, low, high: value != low,
    "gt": lambda value, low, high: value > low,
    "gte": lambda value, low, high: value >= low,
    "lt": lambda value, low, high: value < low,
    "lte": lambda value, low, high: value <= low,
    "between": lambda value, low, high: low <= value <= high,
}


class Done(NamedTuple):
    """What a member did of one kind, oldest first: instants, business days, and amounts summed up to each."""

    ats: list[datetime]
    days: list[int]  # ordinals
    sums: list[int]


NOTHING = Done([], [], [])


class Lives:
    """What a part of the members did that some condition asks about; `today` answers what cannot be known of the past."""

    def __init__(self, zone: ZoneInfo, clocks: Clocks, today: Mapping[str, set[int]]) -> None:
        self.zone, self.clocks, self.today = zone, clocks, today
        self.done: dict[tuple[int, str], Done] = {}
        self.midnights: dict[int, datetime] = {}  # ordinal → instant

    def add(self, leaves: Iterable[Leaf], facts: Mapping[int, Sequence[Fact]]) -> None:
        wanted = {key: passes for leaf in leaves for key, _, passes in _asked(leaf)}
        names = {key: key.partition(" ")[0] for key in wanted}
        for member, happened in facts.items():
            for key, passes in wanted.items():
                these = [fact for fact in happened if fact.name == names[key] and passes(fact.properties)]
                if these:
                    self.done[member, key] = _done(these)

    def holds(self, node: Node, member: int, at: datetime) -> bool:
        if isinstance(node, Leaf):
            judge = JUDGES.get(node.kind)
            if judge is None or not _can(node):
                return member in self.today.get(key_of(node), ())
            return bool(judge(self, node.terms, member, at, business_day(at, self.zone).toordinal()))
        if node.word == "not":
            return not self.holds(node.nodes[0], member, at)
        results = (self.holds(each, member, at) for each in node.nodes)
        return all(results) if node.word == "all" else any(results)

    def turns(self, node: Node, member: int, since: datetime, until: datetime) -> list[tuple[datetime, bool]]:
        """How it was at `since`, and each instant up to `until` at which it changed."""
        found = [(since, self.holds(node, member, since))]
        for at in sorted({at for leaf in leaves_of(node) for at in self._doubtful(leaf, member) if since < at <= until}):
            if (is_in := self.holds(node, member, at)) != found[-1][1]:
                found.append((at, is_in))
        return found

    def _doubtful(self, leaf: Leaf, member: int) -> Iterable[datetime]:
        for key, offsets, _ in _asked(leaf) if _can(leaf) else ():
            done = self.done.get((member, key), NOTHING)
            yield from done.ats
            for days in offsets(self.clocks):
                yield from (self._midnight(day + days) for day in dict.fromkeys(done.days))
            if (span := getattr(getattr(leaf.terms, "within", None), "span", None)) is not None:
                yield from (at + span for at in done.ats)

    def _midnight(self, day: int) -> datetime:
        found = self.midnights.get(day)
        if found is None:
            found = self.midnights[day] = midnight(date.fromordinal(day), self.zone)
        return found

    def of(self, member: int, key: str, at: datetime) -> tuple[Done, int]:
        """What was done, and how many of it by then."""
        done = self.done.get((member, key), NOTHING)
        return done, bisect_right(done.ats, at)


def _done(facts: Sequence[Fact]) -> Done:
    ordered = sorted(facts, key=lambda fact: fact.occurred_at)
    sums, total = [], 0
    for fact in ordered:
        amount = fact.properties.get("amount_minor")
        total += amount if isinstance(amount, int) else 0
        sums.append(total)
    return Done([fact.occurred_at for fact in ordered], [fact.business_day.toordinal() for fact in ordered], sums)


# --- conditions that the log alone can answer ---


def _did_fact(lives: Lives, terms: Any, member: int, at: datetime, today: int) -> bool:
    done, known = lives.of(member, terms.counted.key, at)
    window = terms.within
    if window.span is not None:
        times = known - bisect_right(done.ats, at - window.span)
    else:
        first = today - window.furthest if window.furthest is not None else window.from_day.toordinal() if window.from_day else 0
        last = today - window.nearest if window.nearest is not None else window.to_day.toordinal() if window.to_day else today
        times = max(min(bisect_right(done.days, last), known) - bisect_left(done.days, first), 0)
    return {"at_least": times >= terms.times, "at_most": times <= terms.times, "exactly": times == terms.times}[terms.op]


def _days_since(lives: Lives, terms: Any, member: int, at: datetime, today: int) -> bool:
    done, known = lives.of(member, JOINED if terms.what == "joined" else ORDERS, at)
    if not known:
        return False
    day = done.days[known - 1] if terms.what == "last_bought" else done.days[0]
    return COMPARES[terms.op](today - day, terms.value, terms.to)


def _orders(lives: Lives, terms: Any, member: int, at: datetime, today: int) -> bool:
    paid, orders = lives.of(member, ORDERS, at)
    back, refunds = lives.of(member, REFUNDED, at)
    revenue, refunded = paid.sums[orders - 1] if orders else 0, back.sums[refunds - 1] if refunds else 0
    net = revenue - refunded
    values = {"orders": orders, "revenue_minor": revenue, "refunded_minor": refunded, "net_minor": net}
    value = values.get(terms.what, net / orders if orders else 0)
    return COMPARES[terms.op](value, terms.value, terms.to)


def _stage(lives: Lives, terms: Any, member: int, at: datetime, today: int) -> bool:
    done, known = lives.of(member, JOINED, at)
    life = Life(pool_joined_at=done.ats[0] if known else None)
    turn(life, at, lives.zone, lives.clocks)
    return life.pool_stage in terms.stages


JUDGES: dict[str, Callable[[Lives, Any, int, datetime, int], bool]] = {
    "did_fact": _did_fact,
    "days_since": _days_since,
    "orders": _orders,
    "stage": _stage,
}
Offsets = Callable[[Clocks], Iterable[int]]  # days after a fact's day on which the answer may change


def _asked(leaf: Leaf) -> list[tuple[str, Offsets, Callable[[dict[str, Any]], bool]]]:
    """What a condition asks of the log: the key it is kept by (which begins with the fact's name), when it turns, a filter."""
    terms = leaf.terms
    if not _can(leaf):
        return []
    if leaf.kind == "did_fact":
        ends = [terms.within.furthest + 1] if terms.within.furthest is not None else []
        ends += [terms.within.nearest] if terms.within.nearest is not None else []
        return [(terms.counted.key, lambda clocks: ends, filters.compile(terms.counted.where))]
    if leaf.kind == "days_since":
        marks = sorted({terms.value, terms.value + 1, (terms.to if terms.to is not None else terms.value) + 1})
        return [(JOINED if terms.what == "joined" else ORDERS, lambda clocks: marks, _every)]
    if leaf.kind == "orders":
        return [(ORDERS, lambda clocks: (), _every), (REFUNDED, lambda clocks: (), _every)]
    return [(JOINED, lambda clocks: (clocks.silent_days + 1, clocks.growing_days + 1, clocks.active_days + 1), _every)]


def _every(properties: dict[str, Any]) -> bool:
    return True


def _can(leaf: Leaf) -> bool:
    """Whether the log alone answers it."""
    if leaf.kind == "days_since":
        return leaf.terms.what in ("joined", "first_bought", "last_bought")
    if leaf.kind == "stage":
        return leaf.terms.clock == "pool"
    return leaf.kind in JUDGES


def leaves_of(node: Node) -> Iterable[Leaf]:
    if isinstance(node, Leaf):
        yield node
    else:
        for each in node.nodes:
            yield from leaves_of(each)


def key_of(leaf: Leaf) -> str:
    """A condition as what it is kept by when it is answered as of today."""
    return f"{leaf.kind} {leaf.terms!r}"


def unknown(node: Node) -> list[Leaf]:
    """The conditions of a rule that are answered as of today; drawing lots is the same on any day."""
    return [leaf for leaf in leaves_of(node) if not _can(leaf)]


def facts_asked(nodes: Iterable[Node]) -> set[str]:
    """The names of the facts that rules ask about."""
    return {key.partition(" ")[0] for node in nodes for leaf in leaves_of(node) for key, _, _ in _asked(leaf)}
