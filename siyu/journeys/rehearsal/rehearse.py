"""From a draft and a number of days to what would have happened: members part by part, each with their past in order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import md5
from time import perf_counter
from typing import Any

import msgspec
from django.utils.translation import gettext

from siyu.audiences import queries as audiences
from siyu.audiences.rules import Leaf
from siyu.audiences.rules.tree import Node
from siyu.facts.rules import Fact
from siyu.lib.clock import business_day, midnight
from siyu.lib.refusal import Refusal
from siyu.members.rules import clocks_of
from siyu.merchant.queries import settings_book

from ..checking import problems, stored
from ..rules import kind_of
from ..rules.entering import key_of
from ..rules.line import Arrived, Line
from ..rules.plan import planned
from ..services.publishing import Invalid
from ..steps import steps
from ..triggers import triggers
from . import crowds
from .past import Presence, facts_of, lived_since, parts
from .result import Rehearsal
from .walking import Walk
from .world import Remembering

MAX_DAYS = 400
MAX_ALARMS = 500
EVER = timedelta(days=4_000)


def rehearse(definition: Mapping[str, Any], days: int, now: datetime, *, code: str = "rehearsal") -> Rehearsal:
    """Walk a draft over the last `days` days. `code`: of its journey, whose own touches of that time do not count.

    Refusals: `journey.invalid` (with `problems`), `rehearsal.days`, `rehearsal.too_much`.
    """
    if not 1 <= days <= MAX_DAYS:
        raise Refusal("rehearsal.days", "between 1 and %(limit)s days", limit=MAX_DAYS)
    if faults := problems(definition):
        raise Invalid(faults)
    began = perf_counter()
    zone = settings_book().zone(now.date())
    since = midnight(business_day(now, zone) - timedelta(days=days), zone)
    result = Rehearsal(since, now)
    _Rehearsing(definition, code, since, now, zone, result).run()
    result.seconds = round(perf_counter() - began, 2)
    return result


class _Rehearsing:
    def __init__(self, told: Mapping[str, Any], code: str, since: datetime, now: datetime, zone: Any, result: Rehearsal) -> None:
        self.since, self.now, self.zone, self.result = since, now, zone, result
        definition = stored(told)
        self.trigger = definition.trigger
        self.plan = planned(definition, version_id=1, journey_id=1, number=1, code=code, name=code, steps=steps(), triggers=triggers())
        self.module = triggers()[kind_of(self.trigger)]
        self.lines = '"lines' in msgspec.json.encode(told).decode()
        self.clocks = clocks_of(settings_book(), business_day(now, zone))
        named = sorted(set(_audiences(told)))
        lived = lived_since(named)
        self.lived = {one for one in named if (made := lived.get(one)) is not None and made < since}
        self.crowds = {one: audiences.tree(audiences.rule_of(one)) for one in named if one not in self.lived}
        self.rules: dict[str, Node] = {}
        for terms in definition.steps.values():
            for rule in getattr(steps()[kind_of(terms)], "rules", _none)(terms):
                self.rules[_spelled(rule)] = audiences.tree(rule)
        self.present: dict[tuple[int, int], Presence] = {}
        self.lives = crowds.Lives(zone, self.clocks, {})
        self.world = Remembering(code, zone, since, now, result, self._inside, self._judged)
        self.alarms = self._alarms()

    def run(self) -> None:
        walk = Walk(self.plan, self.now, self.world, self.result)
        for members in parts():
            self.world.begin(members)
            lines = self._lines(members)
            walk.walk(list(lines.values()))
            self.result.asked += len(members)
            self.result.members += sum(1 for member in members if walk.fold.ledger.earlier(1, member, "").last is not None)
            walk.fold.ledger.known.clear()  # type: ignore[attr-defined]
        self.result.touched_members = len(self.world.touched)
        self.result.months = dict(sorted(self.result.months.items()))
        self.result.samples = walk.samples()
        self.result.notes = self._notes()

    # --- what happened ---

    def _lines(self, members: Sequence[int]) -> dict[int, Line]:
        facts = facts_of(members, sorted(self._names()), self.since, self.now, lines=self.lines)
        self.result.facts += sum(len(one) for one in facts.values())
        events: dict[int, list[Any]] = {member: self._living(own) for member, own in facts.items()}
        self._crowd(members, facts, events)
        self._arrive(members, events)
        return {member: Line(events=sorted(own, key=_clock)) for member, own in events.items() if own}

    def _names(self) -> set[str]:
        return {
            *self.plan.starts,
            *(name for name, _ in self.plan.watched()),
            *(("audience.entered", "audience.left") if self.lived else ()),
        }

    def _living(self, facts: Sequence[Fact]) -> list[Any]:
        """Facts that mean something; of audiences, only those that lived through all of it."""
        return [one for one in facts if not one.name.startswith("audience.") or one.properties.get("audience") in self.lived]

    def _crowd(self, members: Sequence[int], facts: Mapping[int, Sequence[Fact]], events: dict[int, list[Any]]) -> None:
        """Who was in which audience when: from the log where it lived, else judged anew over the past; its edges become events."""
        self.present.clear()
        for audience in self.lived:
            today = audiences.inside(audience, members)
            for member in members:
                turns = [(one.clock, one.name == "audience.entered") for one in facts.get(member, ()) if _is_edge(one, audience)]
                self.present[audience, member] = Presence(not turns[0][1] if turns else member in today, turns)
        self._remember(members)
        for audience, node in self.crowds.items():
            for member in members:
                turns = self.lives.turns(node, member, self.since, self.now)
                self.present[audience, member] = Presence(turns[0][1], turns[1:])
                if turns[1:]:
                    events.setdefault(member, []).extend(_edge(audience, member, at, is_in) for at, is_in in turns[1:])

    def _remember(self, members: Sequence[int]) -> None:
        """What rules ask of the past of these members, however long ago."""
        nodes = [*self.crowds.values(), *self.rules.values()]
        leaves = [leaf for node in nodes for leaf in crowds.leaves_of(node)]
        today = {}
        for leaf in (one for node in nodes for one in crowds.unknown(node)):
            today[crowds.key_of(leaf)] = audiences.holding(_rule(leaf), members, self.now, self.zone)
        self.lives = crowds.Lives(self.zone, self.clocks, today)
        names = crowds.facts_asked(nodes)
        if names:
            lines = any("lines" in repr(leaf.terms) for leaf in leaves)
            self.lives.add(leaves, facts_of(members, sorted(names), self.now - EVER, self.now, lines=lines))

    def _inside(self, audience: int, member: int, at: datetime) -> bool:
        found = self.present.get((audience, member))
        return found is not None and found(at)

    def _judged(self, rule: Mapping[str, Any], member: int, at: datetime) -> bool:
        return self.lives.holds(self.rules[_spelled(rule)], member, at)

    # --- alarms ---

    def _alarms(self) -> list[tuple[datetime, set[int] | None]]:
        """Instants at which the trigger rings, with whom it lets in by a rule; None: whoever is in its audience then."""
        found: list[tuple[datetime, set[int] | None]] = []
        who, at = self.module.who(self.trigger), self.since
        while (at := self.module.next_alarm(self.trigger, at, self.zone)) is not None and at < self.now and len(found) < MAX_ALARMS:
            found.append((at, set(audiences.holders(who.rule, at, self.zone)) if who.rule is not None else None))
        return found

    def _arrive(self, members: Sequence[int], events: dict[int, list[Any]]) -> None:
        audience = self.module.who(self.trigger).audience
        for at, chosen in self.alarms:
            day = business_day(at, self.zone).isoformat()
            if key_of(self.plan.entry, day, {"day": day}) is None:
                continue
            for member in members:
                if member in chosen if chosen is not None else self._inside(audience or 0, member, at):
                    events.setdefault(member, []).append(Arrived(self.plan, member, day, at))

    # --- what is said of it ---

    def _notes(self) -> list[str]:
        notes = []
        names = audiences.names()
        for audience, node in self.crowds.items():
            told = gettext("audience “%(name)s” has not lived through all of this time: who was in it is judged over what happened")
            notes.append(told % {"name": names.get(audience, audience)})
            notes += _asked_today(crowds.unknown(node))
        for node in self.rules.values():
            notes += _asked_today(crowds.unknown(node))
        if self.module.who(self.trigger).rule is not None or self.world.is_date_asked:
            notes.append(gettext("the date is the one known today"))
        notes.append(gettext("addresses, zones and assistants of members are those of today"))
        return list(dict.fromkeys(notes))


def _asked_today(leaves: Iterable[Leaf]) -> list[str]:
    told = gettext("as of today: %(condition)s")
    return [told % {"condition": audiences.condition_words(leaf)} for leaf in leaves]


def _audiences(part: Any) -> Iterable[int]:
    """The audiences that a definition names, outside the rules of its branches."""
    if isinstance(part, list):
        for each in part:
            yield from _audiences(each)
    elif isinstance(part, dict) and "condition" not in part:
        if isinstance(part.get("audience"), int):
            yield part["audience"]
        for each in part.values():
            yield from _audiences(each)


def _is_edge(fact: Fact, audience: int) -> bool:
    return fact.name in ("audience.entered", "audience.left") and fact.properties.get("audience") == audience


def _edge(audience: int, member: int, at: datetime, is_in: bool) -> Fact:
    name = "audience.entered" if is_in else "audience.left"
    return Fact(
        seq=0,
        id=2**62,  # behind what caused it
        name=name,
        occurred_at=at,
        received_at=at,
        clock=at,
        business_day=at.date(),
        source_id=0,
        identity_id=None,
        member_id=member,
        properties={"audience": audience, "because": "time"},
        mark=md5(f"{name}:{audience}:{member}:{at.isoformat()}".encode(), usedforsecurity=False).digest(),
        depth=1,
    )


def _clock(event: Any) -> tuple[datetime, int]:
    return event.clock, getattr(event, "id", 2**62)


def _rule(leaf: Leaf) -> Any:
    return msgspec.to_builtins(leaf.terms)


def _spelled(rule: Any) -> str:
    return msgspec.json.encode(rule, order="sorted").decode()


def _none(terms: Any) -> list[Any]:
    return []
