"""The world of a rehearsal: it remembers what steps would have done, and asks the gate with what would have been sent until then."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from siyu.lib.buckets import BUCKETS
from siyu.lib.refusal import Refusal
from siyu.members.queries import said
from siyu.orders.queries import purchases
from siyu.orders.rules import rhythm
from siyu.touches import queries as touches
from siyu.touches.rules.gate import ANY, Consent, Policy, Proposal, Record, State, Why, judge
from siyu.touches.rules.settings import longest

from ..rules import Touched, Walker
from ..steps.until_time import ZONE
from .result import Rehearsal

INDOORS = ("inbox", "task")
CONTROL = (Why.CONTROL, Why.HELD_OUT)


class Remembering:
    """A `World` for a part of the members. `present` answers of audiences, `judged` of rules: each for a member at an instant."""

    def __init__(
        self,
        code: str,
        zone: ZoneInfo,
        since: datetime,
        now: datetime,
        result: Rehearsal,
        present: Callable[[int, int, datetime], bool],
        judged: Callable[[Mapping[str, Any], int, datetime], bool],
    ) -> None:
        self.journey, self.zone, self.since, self.now, self.result = code, zone, since, now, result
        self.present, self.judged = present, judged
        self.known: dict[int, touches.Known] = {}
        self.bought: dict[int, tuple[list[datetime], list[date]]] | None = None
        self.traits: dict[str, dict[int, Any]] = {}  # trait → member → what it says today
        self.is_date_asked = False
        self.members: list[int] = []
        self.templates: dict[str, Any] = {}
        self.policies: dict[date, Policy] = {}
        self.touched: set[int] = set()
        self.said: dict[str, str] = {}  # token → what the gate said, for samples

    def begin(self, members: list[int]) -> None:
        """Another part of the members."""
        self.members, self.known, self.bought = members, {}, None
        self.traits.clear()
        self.said.clear()

    def code(self, walker: Walker) -> str:
        return self.journey

    def holding(self, rule: Mapping[str, Any], walkers: Sequence[Walker]) -> set[int]:
        return {walker.owner_id for walker in walkers if self.judged(rule, walker.owner_id, walker.at)}

    def inside(self, audience: int, walkers: Sequence[Walker]) -> set[int]:
        return {walker.owner_id for walker in walkers if self.present(audience, walker.owner_id, walker.at)}

    def told(self, trait: str, walkers: Sequence[Walker]) -> list[Any]:
        self.is_date_asked |= trait != ZONE
        if trait not in self.traits:
            self.traits[trait] = {member: value for member, _, value in said(self.members, [trait])}
        return [self.traits[trait].get(walker.owner_id) for walker in walkers]

    def rhythms(self, walkers: Sequence[Walker]) -> list[float | None]:
        if self.bought is None:
            self.bought = {one: ([at for at, _ in all_], [day for _, day in all_]) for one, all_ in purchases(self.members).items()}
        found = []
        for walker in walkers:
            ats, days = self.bought.get(walker.owner_id, ([], []))
            found.append(rhythm(days[: bisect_right(ats, walker.at)]))
        return found

    def propose(self, template: str, walkers: Sequence[Walker], *, priority: int, keep_hours: int) -> list[Touched]:
        found = self._template(template)
        keep = timedelta(hours=keep_hours)
        return [self._ask(walker, found, priority, keep) for walker in walkers]

    def reward(self, terms: Mapping[str, Any], walkers: Sequence[Walker]) -> None:
        self._give("reward", walkers)

    def tag(self, name: str, walkers: Sequence[Walker], way: Literal["on", "off"]) -> None:
        self._give("tag", walkers)

    def trait(self, name: str, value: Any, walkers: Sequence[Walker]) -> None:
        self._give("trait", walkers)

    def start(self, journey: str, walkers: Sequence[Walker]) -> None:
        self._give("start", walkers)

    def _give(self, what: str, walkers: Sequence[Walker]) -> None:
        for walker in walkers:
            if not walker.is_held_out:
                self.result.given[walker.step, what] += 1

    def _template(self, code: str) -> Any:
        if code not in self.templates:
            found = touches.template(code)
            if found is None or found.archived_at is not None:
                raise Refusal("template.unknown", "there is no template %(code)s", code=code)
            self.templates[code] = found
        return self.templates[code]

    def _ask(self, walker: Walker, template: Any, priority: int, keep: timedelta) -> Touched:
        known = self._known(walker.owner_id)
        policy = self._policy(walker.at)
        proposal = Proposal(
            key=walker.token,
            channel=template.medium,
            purpose=template.purpose,
            at=walker.at,
            until=walker.at + keep,
            priority=priority,
            held_out=BUCKETS if walker.is_held_out else 0,
            leaves_house=template.medium not in INDOORS,
        )
        verdict = judge(policy, _state_at(known, policy, walker.at), proposal)
        if verdict.at is None:
            said = Touched("control" if verdict.why in CONTROL else "refused", str(verdict.why))
            self.result.refused[walker.step, said.why] += 1
        else:
            record = Record(walker.token, template.medium, template.purpose, verdict.at)
            known.records.append((walker.at, record))
            said = Touched("asked" if template.medium == "task" else "reserved")
            self._count(walker)
        self.result.given[walker.step, said.status] += 1
        self.said[walker.token] = said.why or said.status
        return said

    def _count(self, walker: Walker) -> None:
        self.touched.add(walker.owner_id)
        self.result.touched += 1
        self.result.month(walker.at.astimezone(self.zone), 1)

    def _known(self, member: int) -> touches.Known:
        if not self.known:
            since = self.since - longest(self._policy(self.since))
            self.known = touches.known_of(self.members, since, self.now, without=f"journey:{self.journey}")
        if member not in self.known:
            self.known[member] = touches.Known(State(member, self.zone, is_gone=True), [], [])
        return self.known[member]

    def _policy(self, at: datetime) -> Policy:
        day = at.astimezone(self.zone).date()
        if day not in self.policies:
            self.policies[day] = touches.policy_on(at)[0]
        return self.policies[day]


def _state_at(known: touches.Known, policy: Policy, at: datetime) -> State:
    """What the gate knew then: words said and touches wished by then, the latter as far back as the longest window."""
    consents: dict[tuple[str, str], Consent] = {}
    for purpose, channel, consent in known.said:
        if consent.at <= at:
            consents[purpose, channel or ANY] = consent
    oldest = at - longest(policy)
    records = tuple(record for wished_at, record in known.records if wished_at <= at and record.at > oldest)
    return msgspec.structs.replace(known.state, consents=consents, records=records)
