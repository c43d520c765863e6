"""One person's line of events and what it does to their enrolments: the fold that live walking and rehearsals share.

Everything is in order of instants: whatever is due comes before the next fact; and before a fact is heard, every walker has
gone as far as it can. Steps themselves are taken by sets over many lines (`walking.rounds`); a line only says who stands before one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, NamedTuple, Protocol

from siyu.facts.rules import Fact, Merged

from .definition import ENTERED, LEFT, REACHED
from .entering import Call, Earlier, key_of, may_enter
from .plan import Plan
from .walking import Answer, Fail, Go, Stay, Walker, token_of

OPEN = ("waiting", "failed")  # who is set aside leaves too: nobody may try them again after an exit
MAX_HOPS = 50  # steps of one line in one transaction, when nothing but time drives it


class Arrived(NamedTuple):
    """An alarm lets a member in."""

    plan: Plan
    member_id: int
    key: str
    clock: datetime


Event = Fact | Merged | Arrived


class Left(NamedTuple):
    """A step was left. `token`: what its effects were keyed by."""

    walker: Walker
    version_id: int
    hop: int
    step: str
    way: str
    at: datetime
    fact: Fact | None

    @property
    def token(self) -> str:
        return token_of(self.walker.id, self.step, self.hop)


class News(NamedTuple):
    """Something to be told of a walker, who was that member and had left so many steps: a fact of ours."""

    name: str
    walker: Walker
    member_id: int
    hop: int
    at: datetime
    fact: Fact | None
    properties: dict[str, Any]


class Ledger(Protocol):
    """What is known of earlier entries."""

    def earlier(self, journey_id: int, member_id: int, key: str) -> Earlier: ...
    def merge(self, survivor: int, loser: int) -> None: ...


@dataclass(slots=True)
class Log:
    """What lines leave behind, to be written when all have gone as far as they can."""

    passed: list[Left] = field(default_factory=list)
    counts: list[tuple[int, str, str, datetime]] = field(default_factory=list)  # version, step, way, instant
    news: list[News] = field(default_factory=list)
    changed: dict[int, Walker] = field(default_factory=dict)  # by identity
    entered: list[Walker] = field(default_factory=list)

    def change(self, walker: Walker) -> None:
        self.changed[id(walker)] = walker


@dataclass(slots=True)
class Line:
    """A person: their events in order, their walkers. `told`: facts are among the events, so everything due before them must come."""

    events: list[Event] = field(default_factory=list)
    walkers: list[Walker] = field(default_factory=list)
    place: int = 0
    hops: int = 0
    heard: dict[int, Fact] = field(default_factory=dict)  # walker (by identity) → the fact that moves it just now
    calls: list[Call] = field(default_factory=list)  # who is to enter, when everything due by then has come
    alarms: list[tuple[datetime, int, Walker]] | None = None  # a heap: when whose time comes, and their place among the walkers
    places: dict[int, int] = field(default_factory=dict)  # of walkers (by identity)

    def set_alarms(self) -> list[tuple[datetime, int, Walker]]:
        """Who is active has hundreds of walkers: whose time comes first is not looked for among all of them each time."""
        alarms = self.alarms = list[tuple[datetime, int, Walker]]()
        for walker in self.walkers:
            self.watch(walker)
        return alarms

    def watch(self, walker: Walker) -> None:
        """Its time may be another now."""
        place = self.places.setdefault(id(walker), len(self.places))
        if self.alarms is not None and walker.due_at is not None and walker.status == "waiting":
            heappush(self.alarms, (walker.due_at, place, walker))


class Fold:
    """Drives lines up to an instant. `new_walker` makes an enrolment of a call; its number may come later."""

    def __init__(self, plans: Mapping[int, Plan], starts: Mapping[str, list[Plan]], ledger: Ledger, until: datetime, log: Log) -> None:
        self.plans, self.starts, self.ledger, self.until, self.log = plans, starts, ledger, until, log
        self.calls: dict[int, list[Call]] = {}  # fact → whom it calls, where that is known before it is heard
        self._listening: dict[str, frozenset[int]] = {}

    def advance(self, line: Line) -> list[Walker]:
        """Go on until walkers stand before steps that are to be taken now: those; or until nothing is left to do: nobody."""
        while True:
            call = line.calls[0] if line.calls else None
            event = line.events[line.place] if line.place < len(line.events) else None
            due = self._due(line, call.at if call is not None else event.clock if event is not None else self.until)
            if due:
                if before_step := self._wake(line, due):
                    return self._bounded(line, before_step)
            elif call is not None:
                line.calls.pop(0)
                self._enter(line, call)
            elif event is None:
                return []
            else:
                line.place += 1
                self._happen(line, event)

    def _due(self, line: Line, horizon: datetime) -> list[Walker]:
        """The walkers whose time comes first, no later than the horizon; each is told once, until its time is another."""
        alarms = line.alarms if line.alarms is not None else line.set_alarms()
        found: list[Walker] = []
        while alarms and alarms[0][0] <= horizon:
            at, _, walker = heappop(alarms)
            is_so = walker.status == "waiting" and walker.due_at == at and self.plans[walker.version_id].moves
            if is_so and not (found and found[-1] is walker):
                found.append(walker)
                horizon = at
        return found

    def _wake(self, line: Line, due: list[Walker]) -> list[Walker]:
        """Whoever has waited leaves by the way that was kept; returns those that stand before a step."""
        before_step = []
        for walker in due:
            walker.at = walker.due_at  # type: ignore[assignment]
            if walker.way:
                fact = line.heard.pop(id(walker), None)
                self._leave(walker, walker.way, walker.at, fact)
                line.watch(walker)
                if fact is not None and walker.status == "waiting":
                    line.heard[id(walker)] = fact
            else:
                before_step.append(walker)
        return before_step

    def _bounded(self, line: Line, before_step: list[Walker]) -> list[Walker]:
        line.hops += 1
        if line.hops > MAX_HOPS and line.place >= len(line.events) and not line.calls:
            return []  # they are due still: the next transaction takes them
        return before_step

    # --- what steps answer ---

    def answer(self, line: Line, walker: Walker, answer: Answer) -> None:
        """Let a walker do what its step answered."""
        if walker.status != "waiting":
            return
        self.log.change(walker)
        fact = line.heard.pop(id(walker), None)
        if isinstance(answer, Go):
            walker.arm, walker.is_held_out = answer.arm or walker.arm, answer.held_out or walker.is_held_out
            self._leave(walker, answer.way, walker.at, fact)
            if fact is not None and walker.status == "waiting":
                line.heard[id(walker)] = fact
        elif isinstance(answer, Stay):
            walker.way, walker.due_at = answer.way, answer.until
        elif isinstance(answer, Fail):
            walker.status, walker.why, walker.detail, walker.due_at = "failed", answer.code, answer.because[:500], None
        line.watch(walker)

    def _leave(self, walker: Walker, way: str, at: datetime, fact: Fact | None) -> None:
        plan = self.plans[walker.version_id]
        self.log.change(walker)
        self.log.passed.append(Left(walker, walker.version_id, walker.hop, walker.step, way, at, fact))
        self.log.counts.append((walker.version_id, walker.step, way, at))
        walker.hop += 1
        walker.way = ""
        following = plan.steps[walker.step].next.get(way)
        if following is None:
            self._end(walker, "done", "done", at, fact)
        else:
            walker.step, walker.since, walker.due_at = following, at, at

    def _end(self, walker: Walker, status: str, why: str, at: datetime, fact: Fact | None) -> None:
        walker.status, walker.why, walker.detail, walker.ended_at, walker.due_at, walker.way = status, why, "", at, None, ""
        self.log.change(walker)
        self.log.counts.append((walker.version_id, "", status, at))
        self._tell(LEFT, walker, at, fact, step=walker.step, why=why)

    def _tell(self, name: str, walker: Walker, at: datetime, fact: Fact | None, **more: Any) -> None:
        plan = self.plans[walker.version_id]
        told = {"journey": plan.code, "version": plan.number, "key": walker.key, **more}
        self.log.news.append(News(name, walker, walker.owner_id, walker.hop, at, fact, told))

    # --- what happens ---

    def _happen(self, line: Line, event: Event) -> None:
        if isinstance(event, Merged):
            self._merge(line, event)
        elif isinstance(event, Arrived):
            properties = {"day": event.key}
            key = key_of(event.plan.entry, event.key, properties)
            if key is not None:
                line.calls.append(Call(event.plan, event.member_id, key, event.clock, properties))
        elif event.member_id is not None and not event.is_historical:
            listening = self._listeners(event.name)
            for walker in line.walkers if listening else ():
                if walker.version_id in listening and walker.owner_id == event.member_id:
                    self._hear(line, walker, event)
            if event.name in self.starts:
                known = self.calls.pop(event.id, None)
                line.calls += self.calls_of(event) if known is None else known  # whoever heard it goes on before anybody enters

    def _listeners(self, name: str) -> frozenset[int]:
        """The versions to whose walkers a fact of a name may mean something."""
        if (found := self._listening.get(name)) is None:
            versions = (version for version, plan in self.plans.items() if any(fact == name for fact, _ in plan.watched()))
            found = self._listening[name] = frozenset(versions)
        return found

    def _hear(self, line: Line, walker: Walker, fact: Fact) -> None:
        """Goal, exits, and what the step waits for: in this order."""
        plan = self.plans.get(walker.version_id)
        if plan is None or not (walker.status in OPEN or (walker.goal_until is not None and walker.status in ("done", "left"))):
            return
        self._reach(walker, plan, fact)
        if walker.status not in OPEN:
            return
        if any(exit.is_for(fact.properties, walker.properties) for exit in plan.exits.get(fact.name, ())):
            self._end(walker, "left", "exit", fact.clock, fact)
            return
        for wake in plan.wakes.get(walker.step, {}).get(fact.name, ()) if walker.way else ():
            if wake.meant.is_for(fact.properties, walker.properties):
                walker.way, walker.due_at = wake.way, fact.clock
                line.watch(walker)
                line.heard[id(walker)] = fact
                self.log.change(walker)
                return

    def _reach(self, walker: Walker, plan: Plan, fact: Fact) -> None:
        goal = plan.goal
        if goal is None or goal.fact != fact.name or walker.goal_until is None or fact.clock > walker.goal_until:
            return
        if goal.meant.is_for(fact.properties, walker.properties):
            walker.goal_at, walker.goal_until = fact.clock, None
            self.log.change(walker)
            self.log.counts.append((walker.version_id, "", "goal", fact.clock))
            self._tell(REACHED, walker, fact.clock, fact, step=walker.step)
            if goal.ends and walker.status in OPEN:
                self._end(walker, "done", "goal", fact.clock, fact)

    def calls_of(self, fact: Fact) -> Iterator[Call]:
        """The journeys that a fact lets its member into, if their entry rules agree."""
        if (
            fact.member_id is None
            or fact.is_historical
            or (fact.name.startswith("audience.") and fact.properties.get("because") == "merge")
        ):
            return
        for plan in self.starts.get(fact.name, ()):
            if any(passes(fact.properties) for passes in plan.starts[fact.name]):
                key = key_of(plan.entry, fact.message.hex, fact.properties)
                if key is not None:
                    yield Call(plan, fact.member_id, key, fact.clock, fact.properties, fact)

    def _enter(self, line: Line, call: Call) -> None:
        plan = call.plan
        earlier = self.ledger.earlier(plan.journey_id, call.member_id, call.key)
        is_under_way = not plan.entry.at_once and self._is_under_way(line, plan, call.member_id, earlier)
        if not plan.lets_in or not may_enter(plan.entry, earlier, call.key, call.at, is_under_way=is_under_way):
            return
        goal_until = call.at + plan.goal.within if plan.goal is not None else None
        walker = Walker(
            id=0, journey_id=plan.journey_id, version_id=plan.version_id, origin_id=call.member_id, owner_id=call.member_id, key=call.key,
            step=plan.first, way="", hop=0, since=call.at, due_at=call.at, status="waiting", why="", detail="",
            properties=dict(call.properties), arm="", is_held_out=False, entered_at=call.at, ended_at=None, goal_at=None,
            goal_until=goal_until, at=call.at,
        )  # fmt: skip
        earlier.keys.add(call.key)
        earlier.last = call.at if earlier.last is None else max(earlier.last, call.at)
        line.walkers.append(walker)
        line.watch(walker)
        if call.fact is not None:
            line.heard[id(walker)] = call.fact
        self.log.entered.append(walker)
        self.log.change(walker)
        self.log.counts.append((plan.version_id, "", "entered", call.at))
        self._tell(ENTERED, walker, call.at, call.fact)

    def _is_under_way(self, line: Line, plan: Plan, member: int, earlier: Earlier) -> bool:
        known = {walker.id for walker in line.walkers if walker.id}
        here = any(one.journey_id == plan.journey_id and one.owner_id == member and one.status == "waiting" for one in line.walkers)
        return here or bool(earlier.under_way - known)

    def _merge(self, line: Line, merged: Merged) -> None:
        """The survivor goes on with both; of two with the same key, only the survivor's."""
        for walker in line.walkers:
            if walker.owner_id != merged.loser_id:
                continue
            survivor = self.ledger.earlier(walker.journey_id, merged.survivor_id, walker.key)
            if walker.key in survivor.keys and walker.status in OPEN:
                walker.status, walker.ended_at = "joined", merged.clock
            walker.owner_id = merged.survivor_id
            self.log.change(walker)
        self.ledger.merge(merged.survivor_id, merged.loser_id)
