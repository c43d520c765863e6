"""From draft to force: publish with a map for those under way, pause, resume, archive."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext

from siyu.audiences.services import prepare_rules
from siyu.lib.refusal import Refusal
from siyu.lib.words import gettext_noop
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..checking import node, problems, stored
from ..models import Journey, Version
from ..rules import Definition, Problem, kind_of
from ..rules.loops import circle
from ..steps import steps
from ..triggers import triggers
from .moving import LEAVE, STAY, catch_up, let_go, move, put_away
from .writing import living, one_at_a_time

STANDS = {  # why a step cannot be taken now
    "draft": gettext_noop("this journey is a draft still"),
    "live": gettext_noop("this journey is running already"),
    "paused": gettext_noop("this journey is paused"),
    "archived": gettext_noop("this journey is archived"),
}


class Invalid(Refusal):
    """A draft that may not be published: `problems` are all its faults."""

    def __init__(self, found: list[Problem]) -> None:
        self.problems = found
        first = found[0]
        where = f"{first.step}.{first.field}".strip(".")
        super().__init__("journey.invalid", "%(where)s: %(because)s", where=where, because=first.told(gettext))


def publish(by: Actor, code: str, move_map: Mapping[str, str] | None = None, *, now: datetime) -> int:
    """Put the draft in force; returns its number. `move_map` says for steps of the version before where who stands there goes on.

    A step of the new version, `stay` (finish by the old one, as who is not named does) or `leave`.
    Refusals: `journey.unknown`, `journey.state`, `journey.invalid` (with `problems`), `journey.circle`, `journey.map`.
    """
    with transaction.atomic():
        one_at_a_time()
        journey = living(code)
        if faults := problems(journey.draft):
            raise Invalid(faults)
        before = Version.objects.filter(journey=journey, number=journey.number).first()
        _check_map(move_map or {}, before, journey.draft)
        definition = stored(journey.draft)
        _check_circle(journey, definition)
        made = Version.objects.create(journey=journey, number=journey.number + 1, definition=journey.draft, made_by=by.name, made_at=now)
        prepare_rules(_rules(definition), now=now)
        journey.number = made.number
        if journey.state == "draft":
            journey.state = "live"
        if journey.state == "live" and not _rings_on(journey, before):
            journey.alarm_at = _alarm(definition, now)
        journey.save(update_fields=["number", "state", "alarm_at"])
        moved = _move(journey, before, made, move_map or {}, now) if before is not None else {}
        audit(by, "journey.published", f"journey:{code}", {"number": made.number, "map": dict(move_map or {}), "moved": moved}, at=now)
    return made.number


def pause(by: Actor, code: str, *, now: datetime) -> None:
    """Nobody enters, nobody moves; exits still hold. Refusals: `journey.unknown`, `journey.state`."""
    with transaction.atomic():
        one_at_a_time()
        journey = _of_state(code, "live")
        journey.state, journey.alarm_at = "paused", None
        journey.save(update_fields=["state", "alarm_at"])
        audit(by, "journey.paused", f"journey:{code}", at=now)


def resume(by: Actor, code: str, *, now: datetime) -> None:
    """Go on; what fell due meanwhile comes now. Refusals: `journey.unknown`, `journey.state`."""
    with transaction.atomic(), connection.cursor() as cursor:
        one_at_a_time()
        journey = _of_state(code, "paused")
        number = Version.objects.get(journey=journey, number=journey.number)
        journey.state, journey.alarm_at = "live", _alarm(stored(number.definition), now)
        journey.save(update_fields=["state", "alarm_at"])
        catch_up(cursor.cursor, journey.pk, now)
        audit(by, "journey.resumed", f"journey:{code}", at=now)


def archive(by: Actor, code: str, *, now: datetime) -> None:
    """Put it away: whoever is under way leaves. Refusals: `journey.unknown`, `journey.state`."""
    with transaction.atomic(), connection.cursor() as cursor:
        one_at_a_time()
        journey = living(code)
        left = put_away(cursor.cursor, journey.pk, now)
        journey.state, journey.archived_at, journey.alarm_at = "archived", now, None
        journey.save(update_fields=["state", "archived_at", "alarm_at"])
        audit(by, "journey.archived", f"journey:{code}", {"left": left}, at=now)


def _of_state(code: str, state: str) -> Journey:
    journey = living(code)
    if journey.state != state:
        raise Refusal("journey.state", STANDS[journey.state])
    return journey


def _check_map(move_map: Mapping[str, str], before: Version | None, draft: Mapping[str, Any]) -> None:
    old = before.definition["steps"] if before is not None else {}
    for step, to in move_map.items():
        if step not in old:
            raise Refusal("journey.map", "the version in force has no step %(step)s", step=step)
        if to not in draft["steps"] and to not in (STAY, LEAVE):
            raise Refusal("journey.map", "%(step)s leads to %(to)s: name a step, stay or leave", step=step, to=to)


def _check_circle(journey: Journey, definition: Definition) -> None:
    """No journey starts itself without end, by way of others or not."""
    newest = Version.objects.filter(journey__archived_at=None, number=F("journey__number")).exclude(journey=journey)
    nodes = {one.journey.code: node(one.journey.code, stored(one.definition)) for one in newest.select_related("journey")}
    if way := circle(journey.code, {**nodes, journey.code: node(journey.code, definition)}):
        led = " → ".join(way)
        raise Refusal("journey.circle", "%(way)s: this lets the same member in without end; let them in again only after days", way=led)


def _move(journey: Journey, before: Version, made: Version, move_map: Mapping[str, str], now: datetime) -> dict[str, int]:
    with connection.cursor() as cursor:
        moved = move(cursor.cursor, before, made, {step: to for step, to in move_map.items() if to not in (STAY, LEAVE)}, now)
        leaving = [step for step, to in move_map.items() if to == LEAVE]
        left = let_go(cursor.cursor, now, "version", journey_id=journey.pk, version_id=before.pk, steps=leaving) if leaving else 0
    return {"moved": moved, "left": left}


def _rings_on(journey: Journey, before: Version | None) -> bool:
    """Whether its schedule stays as it was: an alarm that the pump has yet to ring is not set anew, for its day would be lost."""
    return journey.alarm_at is not None and before is not None and before.definition["trigger"] == journey.draft["trigger"]


def _alarm(definition: Definition, now: datetime) -> datetime | None:
    return triggers()[kind_of(definition.trigger)].next_alarm(definition.trigger, now, settings_book().zone(now.date()))


def _rules(definition: Definition) -> list[Any]:
    """The rules of audiences that steps and the trigger ask."""
    asked = [rule for terms in definition.steps.values() for rule in getattr(steps()[kind_of(terms)], "rules", _none)(terms)]
    own = triggers()[kind_of(definition.trigger)].who(definition.trigger).rule
    return [*asked, own] if own is not None else asked


def _none(terms: Any) -> list[Any]:
    return []
