"""How journeys are walked, said as plainly as possible: one event after the other, one enrolment after the other, nothing in sets.

Knows nothing of the engine: it reads the JSON of a definition and a history in the order of its arrival.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from siyu.facts.intake import message_hash
from siyu.facts.rules import Incoming
from siyu.lib.buckets import arm


@dataclass
class Walked:
    """An enrolment."""

    origin: str  # the user by whom the member was first known
    owner: str
    key: str
    step: str
    at: datetime  # since when
    properties: dict[str, Any]
    entered: datetime
    due: datetime | None = None
    way: str = ""
    status: str = "waiting"
    why: str = ""
    ended: datetime | None = None
    goal: datetime | None = None
    arm: str = ""
    held_out: bool = False
    passed: list[tuple[str, str, datetime]] = field(default_factory=list)


class Delivery(NamedTuple):
    """Facts that arrive at an instant, and what an operator does then: `pause` or `resume`."""

    at: datetime
    facts: list[Incoming]
    deed: str = ""


class Oracle:
    """Lives a history; afterwards `enrolments` and `deeds` (step, owner at the time) can be read."""

    def __init__(self, definition: dict[str, Any], salt: str, number: Callable[[str], int]) -> None:
        self.definition, self.salt, self.number = definition, salt, number
        self.enrolments: list[Walked] = []
        self.people: dict[str, str] = {}  # user → the user by whom their member was first known
        self.order: list[str] = []
        self.deeds: list[tuple[str, str]] = []
        self.is_paused = False

    def live(self, history: Sequence[Delivery], end: datetime) -> None:
        seen: set[str] = set()
        for delivery in history:
            for fact in delivery.facts:
                if fact.message not in seen:
                    seen.add(fact.message)
                    self._pass_time(delivery.at)
                    self._happen(fact, delivery.at)
            if delivery.deed:
                self._pass_time(delivery.at)
                self._obey(delivery.deed, delivery.at)
        self._pass_time(end)

    def _obey(self, deed: str, at: datetime) -> None:
        if self.is_paused and deed == "resume":
            for one in self.enrolments:
                one.due = max(one.due, at) if one.due is not None and one.status == "waiting" else one.due
        self.is_paused = deed == "pause"

    # --- time ---

    def _pass_time(self, until: datetime) -> None:
        while not self.is_paused:
            due = [one for one in self.enrolments if one.status == "waiting" and one.due is not None and one.due <= until]
            if not due:
                break
            first = min(due, key=lambda one: one.due)  # type: ignore[arg-type, return-value]
            self._leave(first, first.way, first.due)  # type: ignore[arg-type]

    # --- facts ---

    def _happen(self, fact: Incoming, at: datetime) -> None:
        users = [handle.value for handle in fact.handles]
        self._know(users, at)
        if fact.name == "member.identified":
            return
        person = self.people[users[0]]
        for one in list(self.enrolments):
            if one.owner == person:
                self._hear(one, fact, at)
        if fact.name == self.definition["trigger"]["fact"] and self._fits(self.definition["trigger"]["where"], fact.properties):
            self._enter(person, fact, at)

    def _know(self, users: list[str], at: datetime) -> None:
        known = [self.people[user] for user in users if user in self.people]
        if not known:
            self.order.append(users[0])
            known = [users[0]]
        survivor = min(known, key=self.order.index)
        for user in users:
            loser = self.people.get(user, survivor)
            self.people[user] = survivor
            if loser != survivor:
                self._merge(survivor, loser, at)

    def _merge(self, survivor: str, loser: str, at: datetime) -> None:
        self.people = {user: survivor if person == loser else person for user, person in self.people.items()}
        taken = {one.key for one in self.enrolments if one.owner == survivor}
        for one in self.enrolments:
            if one.owner == loser:
                one.owner = survivor
                if one.key in taken and one.status == "waiting":
                    one.status, one.ended = "joined", at

    def _hear(self, one: Walked, fact: Incoming, at: datetime) -> None:
        goal = self.definition.get("goal")
        is_watched = goal and goal["fact"] == fact.name and one.goal is None and one.status in ("waiting", "done", "left")
        is_watched = is_watched and self._is_of(goal, fact, one)
        if is_watched and at <= one.entered + timedelta(days=goal["within_days"]):
            one.goal = at
            if goal["ends"] and one.status == "waiting":
                self._end(one, "done", "goal", at)
        if one.status != "waiting":
            return
        leaves = [each for each in self.definition["exits"] if each["fact"] == fact.name]
        if any(self._fits(leave["where"], fact.properties) and self._is_of(leave, fact, one) for leave in leaves):
            self._end(one, "left", "exit", at)
            return
        step = self.definition["steps"][one.step]
        if step["step"] != "wait_until":
            return
        for awaited in step.get("any") or [{**step, "name": "happened"}]:
            if awaited["fact"] == fact.name and self._fits(awaited["where"], fact.properties) and self._is_of(awaited, fact, one):
                if self.is_paused:
                    one.way, one.due = awaited["name"], at
                else:
                    self._leave(one, awaited["name"], at)
                return

    def _enter(self, person: str, fact: Incoming, at: datetime) -> None:
        if self.is_paused:
            return
        entry = self.definition["entry"]
        own = [one for one in self.enrolments if one.owner == person]
        if entry["how"] == "once":
            key = ""
        elif entry["how"] == "many":
            key = message_hash(fact.message).hex
        elif (value := fact.properties.get(entry["by"])) is not None:
            key = str(value)
        else:
            return
        if any(one.key == key for one in own):
            return
        if not entry.get("at_once", True) and any(one.status == "waiting" for one in own):
            return
        again = timedelta(days=entry.get("again_after_days", 0))
        if again and any(at < one.entered + again for one in own):
            return
        one = Walked(person, person, key, "", at, dict(fact.properties), at)
        self.enrolments.append(one)
        self._arrive(one, self.definition["first"], at)

    # --- steps ---

    def _arrive(self, one: Walked, step: str, at: datetime) -> None:
        one.step, one.at, one.due, one.way = step, at, None, ""
        terms = self.definition["steps"][step]
        kind = terms["step"]
        length = timedelta(days=terms.get("days", 0), hours=terms.get("hours", 0), minutes=terms.get("minutes", 0))
        if kind == "wait":
            one.due, one.way = at + length, "next"
        elif kind == "wait_until":
            one.due, one.way = at + length, "timeout"
        elif kind == "until_date":
            comes = self._date(one.properties.get(terms["property"]), terms)
            if comes is None or comes <= at:
                self._leave(one, "next" if comes == at else "missed", at)
            else:
                one.due, one.way = comes, "next"
        elif kind == "branch":
            fitting = [way["name"] for way in terms["ways"] if self._leads(way, one)]
            self._leave(one, fitting[0] if fitting else "other", at)
        elif kind == "split":
            names = [each["name"] for each in terms["arms"]]
            place = arm(f"{self.salt}:{step}", self.number(one.origin), [each["weight"] for each in terms["arms"]])
            one.arm = names[place] if place < len(names) else "held_out"
            one.held_out = one.held_out or one.arm == "held_out"
            self._leave(one, one.arm, at)
        elif kind == "end":
            self._leave(one, "done", at)
        else:
            if not one.held_out or kind == "touch":
                self.deeds.append((step, one.owner))
            self._leave(one, "next", at)

    def _leads(self, way: dict[str, Any], one: Walked) -> bool:
        """A rule asks for what steps `trait` say."""
        if "rule" not in way:
            return self._fits(way["where"], one.properties)
        return any(owner == one.owner and self.definition["steps"][step]["step"] == "trait" for step, owner in self.deeds)

    def _leave(self, one: Walked, way: str, at: datetime) -> None:
        one.passed.append((one.step, way, at))
        one.due, one.way = None, ""
        following = self.definition["steps"][one.step].get("next", {}).get(way)
        if following is None:
            self._end(one, "done", "done", at)
        else:
            self._arrive(one, following, at)

    def _end(self, one: Walked, status: str, why: str, at: datetime) -> None:
        one.status, one.why, one.ended, one.due, one.way = status, why, at, None, ""

    def _date(self, told: str | None, terms: dict[str, Any]) -> datetime | None:
        try:
            shown = datetime.fromisoformat(f"{told}T{terms['at']}+08:00")
        except ValueError:
            return None
        return shown.astimezone(UTC) + timedelta(days=terms["days"])

    def _is_of(self, terms: dict[str, Any], fact: Incoming, one: Walked) -> bool:
        same = terms.get("same")
        return not same or (same in fact.properties and fact.properties[same] == one.properties.get(same))

    def _fits(self, where: dict[str, Any], properties: dict[str, Any]) -> bool:
        return not where or properties.get(where["property"]) == where["value"]
