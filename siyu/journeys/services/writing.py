"""Drafts: made, saved again and again, with what is still wrong with them."""

import re
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction

from siyu.facts.services import BATCH_LOCK
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..checking import problems
from ..models import Journey
from ..queries import MAX_JOURNEYS
from ..rules import Problem

MAX_NAME = 100
MAX_BYTES = 500_000  # of a definition
RESERVED = ("new", "schema", "members", "enrolments")  # words that stand where codes do, in addresses
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,59}")
EMPTY: dict[str, Any] = {
    "trigger": {"kind": "api"},
    "entry": {"how": "once"},
    "first": "end",
    "steps": {"end": {"step": "end"}},
    "places": {"end": [120, 120]},
}


class Draft(NamedTuple):
    """What was saved: its revision, and what keeps it from being published."""

    revision: int
    problems: list[Problem]


def create(by: Actor, code: str, name: str, definition: Any = None, *, now: datetime) -> int:
    """A new journey with a draft, which may still be faulty; returns its number.

    Refusals: `journey.code`, `journey.name`, `journey.exists`, `journey.too_many`, `journey.invalid`.
    """
    if not _CODE.fullmatch(code) or code in RESERVED:
        raise Refusal("journey.code", "a code is 1 to 60 small letters, digits, _ or -, beginning with a letter")
    name = _named(name)
    definition = storable(EMPTY if definition is None else definition)
    with transaction.atomic():
        one_at_a_time()
        if Journey.objects.filter(code=code).exists():
            raise Refusal("journey.exists", "there is a journey %(code)s already", code=code)
        if Journey.objects.filter(archived_at=None).count() >= MAX_JOURNEYS:
            raise Refusal("journey.too_many", "at most %(limit)s journeys: archive one first", limit=MAX_JOURNEYS)
        made = Journey.objects.create(
            code=code, name=name, draft=definition, created_by=by.name, created_at=now, changed_by=by.name, changed_at=now
        )
        audit(by, "journey.created", f"journey:{code}", {"name": name}, at=now)
    return made.pk


def duplicate(by: Actor, code: str, as_code: str, name: str, *, now: datetime) -> int:
    """A new journey with the draft of another, archived ones too; returns its number. Nobody walks it before it is published.

    Refusals: `journey.unknown`, and those of `create`.
    """
    with transaction.atomic():
        found = Journey.objects.filter(code=code).first()
        if found is None:
            raise _unknown(code)
        made = create(by, as_code, name, found.draft, now=now)
        audit(by, "journey.duplicated", f"journey:{as_code}", {"of": code}, at=now)
    return made


def save_draft(by: Actor, code: str, definition: Any, revision: int, *, now: datetime) -> Draft:
    """Put a draft in the place of the one of `revision`; returns its own revision and what is wrong with it.

    Refusals: `journey.unknown`, `journey.state` (it is archived), `journey.stale` (somebody saved meanwhile), `journey.invalid`.
    """
    definition = storable(definition)
    with transaction.atomic():
        journey = living(code)
        if journey.revision != revision:
            raise Refusal("journey.stale", "%(name)s has saved this draft meanwhile: load it again", name=journey.changed_by)
        if journey.draft != definition:
            journey.draft, journey.revision = definition, revision + 1
            journey.changed_by, journey.changed_at = by.name, now
            journey.save(update_fields=["draft", "revision", "changed_by", "changed_at"])
    return Draft(journey.revision, problems(definition))


def rename(by: Actor, code: str, name: str, *, now: datetime) -> None:
    """Call it something else. Refusals: `journey.unknown`, `journey.state`, `journey.name`."""
    with transaction.atomic():
        journey = living(code)
        before, journey.name = journey.name, _named(name)
        journey.save(update_fields=["name"])
        audit(by, "journey.renamed", f"journey:{code}", {"before": before, "name": journey.name}, at=now)


def one_at_a_time() -> None:
    """Between two batches of the pump, which moves members by what stands here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])


def living(code: str) -> Journey:
    """The journey, locked. Refusals: `journey.unknown`, `journey.state`."""
    found = Journey.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise _unknown(code)
    if found.archived_at is not None:
        raise Refusal("journey.state", "this journey is archived")
    return found


def storable(definition: Any) -> dict[str, Any]:
    """A definition as it can be kept. Refusal: `journey.invalid`."""
    if not isinstance(definition, dict):
        raise Refusal("journey.invalid", "a definition is a JSON object")
    try:
        text = msgspec.json.encode(definition)
    except (TypeError, ValueError, RecursionError, UnicodeEncodeError):
        text = b"\\u0000"
    if len(text) > MAX_BYTES or b"\\u0000" in text:
        raise Refusal("journey.invalid", "a definition is JSON of at most %(limit)s characters", limit=f"{MAX_BYTES:,}")
    return msgspec.json.decode(text)


def _unknown(code: str) -> Refusal:
    return Refusal("journey.unknown", "there is no journey %(code)s", code=code[:60])


def _named(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\x00" in name:
        raise Refusal("journey.name", "a journey's name has 1 to %(limit)s characters", limit=MAX_NAME)
    return name
