"""A touch is wanted: the gate decides at once, for a whole set, and what it decides is written down, yes or no."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements
from siyu.members.services import lock

from ..asking import people, policy_at
from ..models import Template
from ..rules.gate import Proposal, State, Verdict, Why, decide
from .claimed import ASKS_STAFF, INDOORS

_sql = statements("siyu.touches", "gate")
MAX_SET = 50_000
CONTROL = frozenset({Why.CONTROL, Why.HELD_OUT})


@dataclass(frozen=True, slots=True)
class Wish:
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
    values: Mapping[str, Any] = field(default_factory=dict)
    arm: str = ""
    salt: str = ""
    held_out: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a wish: `status` of the touch, when it is to go, or why not. `is_repeated`: it had been decided before."""

    key: str
    status: str
    at: datetime | None = None
    why: str = ""
    detail: str = ""
    is_repeated: bool = False


def propose(wishes: Sequence[Wish], *, now: datetime) -> list[Answer]:
    """Decide and record wishes, in the caller's transaction or one of its own; answers stand in the order of the wishes.

    Members are locked first, so that two sets cannot both take a member's last place under a cap.
    Refusals: `touch.too_many`, `template.unknown`.
    """
    if len(wishes) > MAX_SET:
        raise Refusal("touch.too_many", "at most %(limit)s touches at a time", limit=MAX_SET)
    templates = _templates({wish.template_id for wish in wishes})
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [wish.member_id for wish in wishes])
        answers = _known(cursor, [wish.key for wish in wishes])
        fresh = {wish.key: wish for wish in wishes if wish.key not in answers}
        answers |= _decide(cursor, list(fresh.values()), templates, now)
    return [answers[wish.key] for wish in wishes]


def _templates(ids: set[int]) -> dict[int, Template]:
    found = Template.objects.only("medium", "purpose").in_bulk(ids)
    if missing := ids - found.keys():
        raise Refusal("template.unknown", "there is no template %(id)s", id=min(missing))
    return found


def _known(cursor: Any, keys: list[str]) -> dict[str, Answer]:
    cursor.execute(_sql.known, {"keys": keys})
    return {key: Answer(key, status, at, why, detail, is_repeated=True) for key, status, why, detail, at in cursor.fetchall()}


def _decide(cursor: Any, wishes: list[Wish], templates: Mapping[int, Template], now: datetime) -> dict[str, Answer]:
    policy, zone = policy_at(now)
    known = people([wish.member_id for wish in wishes], policy, zone, now)
    by_member: dict[int, list[Proposal]] = {}
    for wish in wishes:
        by_member.setdefault(wish.member_id, []).append(_proposal(wish, templates[wish.template_id], now))
    verdicts: dict[str, Verdict] = {}
    for member, proposals in by_member.items():
        state = known[member].state if member in known else State(member, zone, is_gone=True)
        _, decided = decide(policy, state, proposals)
        verdicts.update((verdict.key, verdict) for verdict in decided)
    answers = {wish.key: _answer(verdicts[wish.key], templates[wish.template_id].medium) for wish in wishes}
    _write(cursor, wishes, templates, answers, now)
    return answers


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
        leaves_house=template.medium not in INDOORS,
    )


def _answer(verdict: Verdict, medium: str) -> Answer:
    if verdict.at is not None:
        return Answer(verdict.key, "asked" if medium in ASKS_STAFF else "reserved", verdict.at)
    return Answer(verdict.key, "control" if verdict.why in CONTROL else "refused", None, str(verdict.why), verdict.detail)


def _write(cursor: Any, wishes: list[Wish], templates: Mapping[int, Template], answers: Mapping[str, Answer], now: datetime) -> None:
    decided = [answers[wish.key] for wish in wishes]
    columns = {
        "ids": array([touch_id(now) for _ in wishes]),
        "keys": [wish.key for wish in wishes],
        "members": array([wish.member_id for wish in wishes]),
        "mediums": [templates[wish.template_id].medium for wish in wishes],
        "purposes": [templates[wish.template_id].purpose for wish in wishes],
        "templates": array([wish.template_id for wish in wishes]),
        "values": [json.dumps(dict(wish.values)) for wish in wishes],
        "sources": [wish.source for wish in wishes],
        "arms": [wish.arm for wish in wishes],
        "priorities": array([wish.priority for wish in wishes]),
        "statuses": [answer.status for answer in decided],
        "whys": [answer.why for answer in decided],
        "details": [answer.detail for answer in decided],
        "wanted": array([wish.at for wish in wishes]),
        "ats": array([answer.at for answer in decided]),
        "untils": array([wish.until for wish in wishes]),
        "now": now,
    }
    if wishes:
        cursor.execute(_sql.insert, columns)


def touch_id(now: datetime) -> UUID:
    """A random number that begins with the time, as UUID version 7 does."""
    return UUID(bytes=int(now.timestamp() * 1000).to_bytes(6, "big") + token_bytes(10))
