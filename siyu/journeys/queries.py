"""Reads of journeys: what there is, how many passed where, who stands where, and every member's path with its reasons."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from .models import Journey, Version
from .rules.walking import token_of
from .schema import schema
from .steps import steps
from .triggers import triggers

__all__ = ["schema", "steps", "triggers"]
_sql = statements("siyu.journeys", "queries")
MAX_JOURNEYS = 500
MAX_VERSIONS = 200
MAX_SHOWN = 1_000
MAX_PATH = 5_000


class JourneyView(NamedTuple):
    """A journey as lists show it: how many ever entered, walk, could not go on; `is_changed`: its draft differs from what is in force."""

    id: int
    code: str
    name: str
    state: str
    number: int
    revision: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    under_way: int
    failed: int
    entered: int
    is_changed: bool


class VersionView(NamedTuple):
    """A published version, and how many walk by it."""

    number: int
    made_by: str
    made_at: datetime
    under_way: int


class Counts(NamedTuple):
    """A version in numbers: `steps` how many stand at a step now, `ways` how many ever passed a way of a step.

    Whoever came is somewhere: entered + moved = under way + done + left + failed + joined. `moved`: so many more came from other
    versions than went over to them; `joined`: a merge made them one with another of the same member.
    """

    entered: int
    under_way: int
    done: int
    left: int
    failed: int
    goals: int
    steps: Mapping[str, int]
    ways: Mapping[tuple[str, str], int]
    moved: int = 0
    joined: int = 0


class EnrolmentView(NamedTuple):
    """A member in a journey."""

    id: int
    code: str
    journey: str
    number: int
    member_id: int
    public_id: str
    nickname: str
    key: str
    step: str
    status: str
    why: str
    detail: str
    arm: str
    is_held_out: bool
    entered_at: datetime
    since: datetime
    due_at: datetime | None
    ended_at: datetime | None
    goal_at: datetime | None


class TouchAnswer(NamedTuple):
    """What the gate answered to a step, and what became of the touch."""

    id: UUID
    medium: str
    status: str
    why: str
    detail: str
    at: datetime | None
    sent_at: datetime | None


class PassageView(NamedTuple):
    """A step that was left: by which way, when, because of which fact (none: of time); `touch` what the gate answered."""

    hop: int
    number: int
    step: str
    way: str
    at: datetime
    fact_id: int | None
    fact_at: datetime | None
    fact: str | None
    touch: TouchAnswer | None


class Path(NamedTuple):
    """An enrolment and all it passed; `touch` belongs to the step where it stands."""

    enrolment: EnrolmentView
    passages: list[PassageView]
    touch: TouchAnswer | None


def journeys(archived: bool = False) -> list[JourneyView]:
    """Journeys, newest first."""
    return [JourneyView(*row) for row in _rows(_sql.journeys, archived=archived, code=None, limit=MAX_JOURNEYS)]


def journey(code: str) -> JourneyView | None:
    """One journey, archived ones too."""
    for archived in (False, True):
        if rows := _rows(_sql.journeys, archived=archived, code=code, limit=1):
            return JourneyView(*rows[0])
    return None


def versions(code: str) -> list[VersionView]:
    """Published versions, newest first."""
    return [VersionView(*row) for row in _rows(_sql.versions, code=code, limit=MAX_VERSIONS)]


def definition(code: str, number: int | None = None) -> dict[str, Any] | None:
    """A version's definition; without a number the draft."""
    if number is None:
        return Journey.objects.filter(code=code).values_list("draft", flat=True).first()
    return Version.objects.filter(journey__code=code, number=number).values_list("definition", flat=True).first()


def counts(code: str, number: int, since: date | None = None) -> Counts:
    """A version in numbers; of what passed, only from a business day on."""
    passed = {(step, way): count for step, way, count in _rows(_sql.passed, code=code, number=number, since=since)}
    ends = {way: count for (step, way), count in passed.items() if not step}
    standing = dict(_rows(_sql.standing, code=code, number=number))
    ((failed, joined),) = _rows(_sql.aside, code=code, number=number)
    return Counts(
        entered=ends.get("entered", 0),
        under_way=sum(standing.values()),
        done=ends.get("done", 0),
        left=ends.get("left", 0),
        failed=failed,
        goals=ends.get("goal", 0),
        steps=standing,
        ways={key: count for key, count in passed.items() if key[0]},
        moved=ends.get("moved", 0),
        joined=joined,
    )


def movable(code: str, number: int) -> dict[str, int]:
    """Step → how many stand there whom the next version may take over: those under way on this one, and those set aside."""
    return dict(_rows(_sql.movable, code=code, number=number))


def enrolments(
    code: str,
    scope: Scope,
    step: str | None = None,
    status: str | None = None,
    number: int | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[EnrolmentView]:
    """Enrolments of a scope, newest first; `after` is the last number of the page before."""
    return _enrolments(scope, code=code, step=step, status=status, number=number, after=after, limit=min(limit, MAX_SHOWN))


def enrolment(enrolment_id: int, scope: Scope = WHOLE) -> EnrolmentView | None:
    """One enrolment, if the scope holds its member."""
    return next(iter(_enrolments(scope, id=enrolment_id)), None) if enrolment_id < 2**63 else None


def failed(code: str, scope: Scope = WHOLE, limit: int = 100) -> list[EnrolmentView]:
    """Those that could not go on, with the reason."""
    return enrolments(code, scope, status="failed", limit=limit)


def of_member(member_id: int) -> list[EnrolmentView]:
    """The journeys of a member, newest first."""
    return _enrolments(WHOLE, member=member_id)


def path(enrolment_id: int) -> Path | None:
    """All that an enrolment passed, each with the fact or instant behind it, each touch with the gate's answer."""
    found = enrolment(enrolment_id)
    if found is None:
        return None
    rows = _rows(_sql.path, id=enrolment_id, limit=MAX_PATH)
    keys = [token_of(enrolment_id, row[2], row[0]) for row in rows]
    here = token_of(enrolment_id, found.step, rows[-1][0] + 1 if rows else 0)
    told = {key: TouchAnswer(*rest) for key, *rest in _rows(_sql.touches, keys=[*keys, here])}
    return Path(found, [PassageView(*(*row, told.get(key))) for row, key in zip(rows, keys, strict=True)], told.get(here))


def started_by(audience_id: int) -> list[str]:
    """Names of the journeys that entering or leaving an audience starts: `wiring.STARTS`."""
    wanted = {"kind": "audience", "audience": audience_id}
    return [name for _, name, told in _published() if wanted.items() <= told["trigger"].items()]


def naming(kind: str, number: int, day: date) -> list[str]:
    """Names of the journeys that ask for an audience or a list (`kind`), wherever they do: `wiring.NAMERS`."""
    return [name for _, name in _rows(_sql.naming, kind=kind, number=number)]


def callable_journeys() -> dict[str, str]:
    """Code → name of the journeys that a call starts."""
    return {code: name for code, name, told in _published() if told["trigger"].get("kind") == "api"}


def _published() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for code, name, told in _rows(_sql.triggers, limit=MAX_JOURNEYS):
        yield code, name, json.loads(told)


def _enrolments(scope: Scope, **chosen: Any) -> list[EnrolmentView]:
    every = dict.fromkeys(("code", "member", "id", "after", "step", "status", "number"))
    return [EnrolmentView(*row) for row in _rows(_sql.enrolments, **{**every, "limit": MAX_SHOWN, **chosen, **scope.parameters()})]


def _rows(statement: str, **columns: Any) -> list[Any]:
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.execute(statement, columns)
        return cursor.fetchall()
