"""The world as it is: what steps do is done by the services of the rooms below, for whole sets, in the pump's transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Cursor

from siyu.audiences import queries as audiences
from siyu.audiences.services import keep_dates
from siyu.facts.services import source_of
from siyu.lib.buckets import BUCKETS
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty import rewards
from siyu.members.queries import is_token, said
from siyu.members.services import Saying, say, sync_tag, untag
from siyu.merchant.rules import SYSTEM
from siyu.orders.queries import rhythms
from siyu.touches.services import Gate, Wish

from ..rules import Touched, Walker
from ..rules.definition import CALLED
from .program import Program

_sql = statements("siyu.journeys", "walking")
MOMENT = timedelta(microseconds=1)  # what a step says comes behind what was said at its instant, by a step before it or by what let in
MAX_VALUES = 30  # properties of the entry that templates may name


class RealWorld:
    """Calls services at `now`, the end of the batch, with each walker's own instant where they take one.

    Members are meant as who they are at the end of the batch: `final`.
    """

    def __init__(self, cursor: Cursor, program: Program, now: datetime, zone: ZoneInfo, final: Callable[[int], int]) -> None:
        self.cursor, self.program, self.now, self.zone, self.final = cursor, program, now, zone, final
        self.started: list[tuple[str, Walker]] = []
        self.templates: dict[str, int] = {}
        self.gate = Gate(now)

    def code(self, walker: Walker) -> str:
        return self.program.plans[walker.version_id].code

    def holding(self, rule: Mapping[str, Any], walkers: Sequence[Walker]) -> set[int]:
        found = audiences.holding(rule, self._members(walkers), self.now, self.zone)
        return {walker.owner_id for walker in walkers if self.final(walker.owner_id) in found}

    def inside(self, audience: int, walkers: Sequence[Walker]) -> set[int]:
        found = audiences.inside(audience, self._members(walkers))
        return {walker.owner_id for walker in walkers if self.final(walker.owner_id) in found}

    def told(self, trait: str, walkers: Sequence[Walker]) -> list[Any]:
        found = {member: value for member, _, value in said(self._members(walkers), [trait])}
        return [found.get(self.final(walker.owner_id)) for walker in walkers]

    def rhythms(self, walkers: Sequence[Walker]) -> list[float | None]:
        return rhythms([(self.final(walker.owner_id), walker.at) for walker in walkers])

    def propose(self, template: str, walkers: Sequence[Walker], *, priority: int, keep_hours: int) -> list[Touched]:
        number = self._template(template)
        keep = timedelta(hours=keep_hours)
        wishes = [
            Wish(
                member_id=self.final(walker.owner_id),
                template_id=number,
                key=walker.token,
                source=f"journey:{self.code(walker)}",
                at=walker.at,
                until=max(walker.at, self.now) + keep,
                priority=priority,
                values=_values(walker.properties),
                arm=walker.arm,
                held_out=BUCKETS if walker.is_held_out else 0,
            )
            for walker in walkers
        ]
        return [Touched(answer.status, answer.why) for answer in self.gate.propose(wishes)]

    def reward(self, terms: Mapping[str, Any], walkers: Sequence[Walker]) -> None:
        checked = rewards.check(dict(terms))
        given = []
        for walker in _real(walkers):
            plan = self.program.plans[walker.version_id]
            because = rewards.Because("journey", plan.code, plan.name)
            given.append(rewards.Reward(self.final(walker.owner_id), checked, walker.token, because))
        rewards.give(SYSTEM, given, self.now)

    def tag(self, name: str, walkers: Sequence[Walker], way: Literal["on", "off"]) -> None:
        members = self._members(_real(walkers))
        if members and way == "on":
            sync_tag(self.cursor, name, members, (), by=f"journey:{self.code(walkers[0])}", now=self.now)
        elif members:
            untag(SYSTEM, members, name)

    def trait(self, name: str, value: Any, walkers: Sequence[Walker]) -> None:
        sayings = [Saying(self.final(one.owner_id), name, value, one.at + (one.hop + 1) * MOMENT, one.token) for one in _real(walkers)]
        kept = say(self.cursor, sayings, source=source_of(SYSTEM), zone=self.zone, now=self.now)
        keep_dates(self.cursor, [(one.identity_id, one.trait, UUID(bytes=one.mark), one.value) for one in kept], self.zone)

    def start(self, journey: str, walkers: Sequence[Walker]) -> None:
        plan = self.program.by_code.get(journey)
        if plan is None or CALLED not in plan.starts:
            raise Refusal("journey.unknown", "there is no journey %(code)s", code=journey)
        self.started += [(journey, walker) for walker in _real(walkers)]

    def _template(self, code: str) -> int:
        if code not in self.templates:
            self.cursor.execute(_sql.templates, {"code": code})
            row = self.cursor.fetchone()
            if row is None or not row[1]:
                raise Refusal("template.unknown", "there is no template %(code)s", code=code)
            self.templates[code] = row[0]
        return self.templates[code]

    def _members(self, walkers: Sequence[Walker]) -> list[int]:
        return sorted({self.final(walker.owner_id) for walker in walkers})


def _real(walkers: Sequence[Walker]) -> list[Walker]:
    """Those to whom something really happens."""
    return [walker for walker in walkers if not walker.is_held_out]


def _values(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What a template may say of the entry: plain properties, nothing personal."""
    plain = {name: value for name, value in properties.items() if isinstance(value, str | int | float) and not is_token(value)}
    return dict(list(plain.items())[:MAX_VALUES])
