"""A touch is wanted: the gate decides at once, for a whole set, and what it decides is written down, yes or no."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection, transaction
from psycopg import Cursor

from siyu.lib.lane import ColumnCursor
from siyu.lib.refusal import Refusal
from siyu.lib.sql import copy, escape, statements
from siyu.members.services import lock

from ..asking import policy_at, states
from ..models import Template
from ..rules.gate import Policy, Proposal, State, Verdict, Why, decide
from ..rules.media import MEDIA

_sql = statements("siyu.touches", "gate")
MAX_SET = 50_000
CONTROL = frozenset({Why.CONTROL, Why.HELD_OUT})


class Wish(msgspec.Struct, frozen=True, gc=False):
    """A touch somebody wants. `key` makes it one touch, however often it is wished; `source` is who wants it: "send:12".

    `held_out` of 10,000 members are left out by `salt` and recorded as the control group of that source.
    """

    member_id: int
    template_id: int
    key: str
    source: str
    at: datetime
    until: datetime | None = None
    priority: int = 0
    values: Mapping[str, Any] = {}
    arm: str = ""
    salt: str = ""
    held_out: int = 0


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What became of a wish: `status` of the touch, when it is to go, or why not. `is_repeated`: it had been decided before."""

    key: str
    status: str
    at: datetime | None = None
    why: str = ""
    detail: str = ""
    is_repeated: bool = False


def propose(wishes: Sequence[Wish], *, now: datetime) -> list[Answer]:
    """Decide and record wishes, in the caller's transaction or one of its own; answers stand in the order of the wishes.

    Refusals: `touch.too_many`, `template.unknown`.
    """
    with transaction.atomic():
        return Gate(now).propose(wishes)


class Gate:
    """The gate of one transaction: of each member it reads once what is known, and goes on from what it decided itself.

    Members are locked first, so that no other transaction can take a member's last place under a cap; in this one nobody else may
    change meanwhile what the gate asks. After an error that the transaction survives, `forget`.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.templates: dict[int, Template] = {}
        self.states: dict[int, State] = {}

    @cached_property
    def terms(self) -> tuple[Policy, ZoneInfo]:
        return policy_at(self.now)

    def forget(self) -> None:
        self.states.clear()

    def propose(self, wishes: Sequence[Wish]) -> list[Answer]:
        """As the function of this name, in the caller's transaction."""
        if len(wishes) > MAX_SET:
            raise Refusal("touch.too_many", "at most %(limit)s touches at a time", limit=MAX_SET)
        self._find_templates({wish.template_id for wish in wishes})
        with ColumnCursor(connection.connection) as cursor:
            lock(cursor, [wish.member_id for wish in wishes if wish.member_id not in self.states])
            answers = _known(cursor, [wish.key for wish in wishes])
            fresh = {wish.key: wish for wish in wishes if wish.key not in answers}
            answers |= self._decide(cursor, list(fresh.values()))
        return [answers[wish.key] for wish in wishes]

    def _find_templates(self, ids: set[int]) -> None:
        if new := ids - self.templates.keys():
            self.templates |= Template.objects.only("medium", "purpose").in_bulk(new)
        if missing := ids - self.templates.keys():
            raise Refusal("template.unknown", "there is no template %(id)s", id=min(missing))

    def _decide(self, cursor: Cursor, wishes: list[Wish]) -> dict[str, Answer]:
        policy, _ = self.terms
        by_member: dict[int, list[Proposal]] = {}
        for wish in wishes:
            by_member.setdefault(wish.member_id, []).append(_proposal(wish, self.templates[wish.template_id], self.now))
        self._learn(by_member.keys() - self.states.keys())
        verdicts: dict[str, Verdict] = {}
        for member, proposals in by_member.items():
            self.states[member], decided = decide(policy, self.states[member], proposals)
            verdicts.update({verdict.key: verdict for verdict in decided})
        answers = {wish.key: _answer(verdicts[wish.key], self.templates[wish.template_id].medium) for wish in wishes}
        _write(cursor, wishes, self.templates, answers, self.now)
        return answers

    def _learn(self, members: Collection[int]) -> None:
        if members:
            policy, zone = self.terms
            known = states(list(members), policy, zone, self.now)
            self.states.update({member: known.get(member) or State(member, zone, is_gone=True) for member in members})


def _known(cursor: Cursor, keys: list[str]) -> dict[str, Answer]:
    cursor.execute(_sql.known, {"keys": keys}, binary=True)
    return {key: Answer(key, status, at, why, detail, is_repeated=True) for key, status, why, detail, at in cursor.fetchall()}


def _proposal(wish: Wish, template: Template, now: datetime) -> Proposal:
    return Proposal(
        key=wish.key,
        channel=template.medium,
        purpose=template.purpose,
        at=max(wish.at, now),
        until=wish.until,
        priority=wish.priority,
        salt=wish.salt,
        held_out=wish.held_out,
        leaves_house=not MEDIA[template.medium].is_indoors,
    )


def _answer(verdict: Verdict, medium: str) -> Answer:
    if verdict.at is not None:
        return Answer(verdict.key, "asked" if MEDIA[medium].asks_staff else "reserved", verdict.at)
    return Answer(verdict.key, "control" if verdict.why in CONTROL else "refused", None, str(verdict.why), verdict.detail)


def _write(cursor: Cursor, wishes: list[Wish], templates: Mapping[int, Template], answers: Mapping[str, Answer], now: datetime) -> None:
    if wishes:
        written = _Written(templates, now)
        rows = zip(touch_ids(len(wishes), now), wishes, strict=True)
        copy(cursor, _sql.insert, [written.line(id_, wish, answers[wish.key]) for id_, wish in rows])


class _Written:
    """Decided wishes as COPY wants them. What people wrote is escaped; the rest is ours. Most wishes of a set say much the same."""

    def __init__(self, templates: Mapping[int, Template], now: datetime) -> None:
        self.templates, self.now = templates, now.isoformat()
        self.instants: dict[datetime | None, str] = {None: "\\N"}

    def line(self, id_: str, wish: Wish, answer: Answer) -> str:
        template, member = self.templates[wish.template_id], wish.member_id
        values = escape(json.dumps(dict(wish.values))) if wish.values else "{}"
        wanted = f"{escape(wish.key)}\t{member}\t{member}\t{template.medium}\t{template.purpose}\t{wish.template_id}\t{values}"
        asked = f"{escape(wish.source)}\t{escape(wish.arm)}\t{wish.priority}"
        decided = f"{answer.status}\t{answer.why}\t{escape(answer.detail)}"
        times = f"{self._at(wish.at)}\t{self._at(answer.at)}\t{self._at(wish.until)}"
        return f"{id_}\t{wanted}\t{asked}\t{decided}\t{times}\t0\t\t{self.now}\n"

    def _at(self, at: datetime | None) -> str:
        if (said := self.instants.get(at)) is None:
            said = self.instants[at] = at.isoformat()  # type: ignore[union-attr]
        return said


def touch_ids(number: int, now: datetime) -> list[str]:
    """Random numbers that begin with the time, as UUIDs of version 7 do."""
    begin, random = f"{int(now.timestamp() * 1000):012x}", token_hex(10 * number)
    return [begin + random[20 * place : 20 * place + 20] for place in range(number)]
