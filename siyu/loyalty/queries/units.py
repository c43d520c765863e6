"""Reads of units: their versions, those of the trade that nobody has changed among them, and what is in force."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from siyu.lib.clock import utc_now
from siyu.lib.sql import statements
from siyu.merchant.queries import today

from ..rules.units import DEFAULTS, Terms
from .asking import rows_of
from .naming import Named

_sql = statements("siyu.loyalty", "queries_value")


@dataclass(frozen=True, slots=True)
class UnitView(Named):
    """A version of a unit; version 0 is what it is when nobody has decided otherwise."""

    code: str
    version: int
    kind: str
    name: str
    from_day: date
    terms: Terms
    created_by: str
    created_at: datetime | None


def unit_names() -> dict[str, str]:
    """Code → what it is called today, in the reader's language."""
    return {one.code: one.shown for one in units_on(today(utc_now()))}


def unit_versions(code: str = "") -> list[UnitView]:
    """Every version of every unit (or of one), the newest of each first."""
    found = [UnitView(one.code, 0, one.kind, one.name, one.from_day, one.terms, "", None) for one in DEFAULTS]
    for own, version, kind, name, day, terms, by, at in rows_of(_sql.units):
        found.append(UnitView(own, version, kind, name, day, msgspec.json.decode(terms, type=Terms), by, at))
    ordered = sorted(found, key=lambda one: -one.version)
    return sorted((one for one in ordered if code in ("", one.code)), key=lambda one: one.code)


def units_on(day: date) -> list[UnitView]:
    """The version of each unit in force on a day; one that begins later by its first."""
    shown: dict[str, UnitView] = {}
    for one in sorted(unit_versions(), key=lambda one: one.version):
        if one.code not in shown or one.from_day <= day:
            shown[one.code] = one
    return sorted(shown.values(), key=lambda one: (KIND_ORDER.get(one.kind, 9), one.code))


KIND_ORDER = {"points": 0, "growth": 1, "stored": 2, "quota": 3, "budget": 4}
