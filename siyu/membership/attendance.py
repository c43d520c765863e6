"""Check-ins between rows and fold: read what members attended, write what a check-in changed. Service and reaction share it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec
from psycopg import Cursor

from siyu.facts.rules import Batch
from siyu.lib.sql import statements
from siyu.loyalty.rewards import Because, Reward

from .holders import before
from .rules.check_in import Attendance, Paid, Programme, Reached

_sql = statements("siyu.membership", "check_in")


class Version(NamedTuple):
    """A version of the check-in in force from a day."""

    version: int
    from_day: date
    programme: Programme


class Day(NamedTuple):
    """A check-in to be written."""

    identity_id: int
    day: date
    at: datetime
    is_made_up: bool = False


class Gained(NamedTuple):
    """A ladder step to be written, given to `origin`, who is `owner` now."""

    origin: int
    owner: int
    reached: Reached
    version: int
    at: datetime


def versions(cursor: Cursor) -> list[Version]:
    """Every version of the check-in, the newest first."""
    cursor.execute(_sql.versions)
    return [Version(number, day, msgspec.json.decode(definition, type=Programme)) for number, day, definition in cursor.fetchall()]


def in_force(known: Sequence[Version], day: date) -> Version | None:
    """The version of a day."""
    return next((version for version in known if version.from_day <= day), None)


def read(cursor: Cursor, members: Sequence[int], batch: Batch | None = None) -> dict[int, Attendance]:
    """What these (living) members attended; with a batch, by who had it before the batch's merges."""
    cursor.execute(_sql.days, {"members": list(members)})
    days = cursor.fetchall()
    cursor.execute(_sql.gifts, {"members": list(members)})
    gifts = cursor.fetchall()
    came = {(origin, owner) for origin, owner, *_ in [*days, *gifts]}
    holder = before(cursor, batch, came) if batch is not None else {one: one[1] for one in came}
    found: dict[int, Attendance] = {}
    for origin, owner, attended in days:
        found.setdefault(holder[origin, owner], Attendance()).days.update(attended)
    for origin, owner, day, streak in gifts:
        found.setdefault(holder[origin, owner], Attendance()).paid.add(Paid(day, streak))
    return found


def write(cursor: Cursor, days: Sequence[Day], gained: Sequence[Gained]) -> None:
    """Write days and ladder steps; a repetition adds none."""
    if days:
        columns = {name: [row[place] for row in days] for place, name in enumerate(("identities", "days", "ats", "made_up"))}
        cursor.execute(_sql.add_days, columns)
    if gained:
        cursor.execute(
            _sql.add_gifts,
            {
                "origins": [one.origin for one in gained],
                "owners": [one.owner for one in gained],
                "days": [one.reached.day for one in gained],
                "streaks": [one.reached.streak for one in gained],
                "versions": [one.version for one in gained],
                "ats": [one.at for one in gained],
            },
        )


def rewards_of(gained: Gained) -> list[Reward]:
    """What a ladder step gives, each under a key of its own."""
    because = Because("check_in", f"check_in:{gained.reached.day}:{gained.reached.streak}", f"连续签到 {gained.reached.streak} 天")
    key = f"check_in:{gained.origin}:{gained.reached.day}:{gained.reached.streak}"
    return [Reward(gained.owner, terms, f"{key}:{number}", because) for number, terms in enumerate(gained.reached.rung.rewards)]
