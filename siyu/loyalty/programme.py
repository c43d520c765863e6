"""The programme as it stands in the tables, parsed once for as long as it does not change."""

import json
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from psycopg import Cursor

from siyu.facts.filters import compile as compile_filter
from siyu.lib.sql import statements
from siyu.merchant.queries import SettingsBook, settings_book

from .rules import PLAIN, Definition, EarnRule, Ladder, Programme, Tier
from .rules.tiers.days import Zones
from .rules.tiers.terms import PLAIN_TERMS
from .rules.tiers.terms import Terms as TrackTerms
from .rules.units import Terms, Unit
from .state import ask_state

_sql = statements("siyu.loyalty", "programme")
# made on import: msgspec prepares a type when it is first used, and two threads that do so at once bring the process down
_DEFINITION, _TERMS, _TRACK = msgspec.json.Decoder(Definition), msgspec.json.Decoder(Terms), msgspec.json.Decoder(TrackTerms)

RuleRow = tuple[int, str, int, str, date, date | None, str]
UnitRow = tuple[str, int, str, str, date, str]
TierRow = tuple[int, date, str, str, int, int, Decimal, int | None, str, str, str | None, str | None, datetime | None, bool]


def programme(cursor: Cursor, settings: SettingsBook, zone: ZoneInfo) -> Programme:
    """All versions of rules, tiers and units. Three small SELECTs."""
    cursor.execute(_sql.rules)
    rules = tuple(cursor.fetchall())
    cursor.execute(_sql.units)
    units = tuple(cursor.fetchall())
    cursor.execute(_sql.tiers)
    tiers = tuple(cursor.fetchall())
    return _programme(rules, tiers, zones_of(settings), zone, settings.currency(date.max), _sources(cursor, rules), units)


def _sources(cursor: Cursor, rules: tuple[RuleRow, ...]) -> tuple[tuple[int, str], ...]:
    """Names of the sources of facts, if a rule may ask for them."""
    if not any('"sources"' in row[6] for row in rules):
        return ()
    cursor.execute(_sql.sources)
    return tuple(cursor.fetchall())


def zones_of(settings: SettingsBook) -> Zones:
    """The merchant's zones, each from its day on."""
    dated = sorted(day for day, _ in settings.values.get("merchant.zone", ()))
    return Zones(settings.zone(date.min), tuple((day, settings.zone(day)) for day in dated))


@lru_cache(maxsize=8)
def _programme(
    rules: tuple[RuleRow, ...],
    tiers: tuple[TierRow, ...],
    zones: Zones,
    zone: ZoneInfo,
    currency: str,
    sources: tuple[tuple[int, str], ...],
    units: tuple[UnitRow, ...],
) -> Programme:
    versions: dict[tuple[Any, ...], list[Tier]] = {}
    for version, day, code, name, rank, threshold, multiplier, keep, gifts, track, terms, migration, by_hand_at, _ in tiers:
        step = Tier(code, name, rank, threshold, int(multiplier * PLAIN), keep, tuple((unit, n) for unit, n in json.loads(gifts)))
        versions.setdefault((track, version, day, terms, migration, by_hand_at), []).append(step)
    ladders = [
        Ladder(version, zones.starts(day), tuple(steps), track, _terms(terms), migration or "at_once", by_hand_at)
        for (track, version, day, terms, migration, by_hand_at), steps in versions.items()
    ]
    has_floors = bool(tiers) and tiers[0][-1]
    of_units = [unit_of(row) for row in units]
    return Programme([_rule(row) for row in rules], ladders, zone, currency, dict(sources), of_units, zones, has_floors=has_floors)


def unit_of(row: UnitRow) -> Unit:
    return Unit(*row[:5], _TERMS.decode(row[5]))


def _terms(stored: str | None) -> TrackTerms:
    return _TRACK.decode(stored) if stored is not None else PLAIN_TERMS


def _rule(row: RuleRow) -> EarnRule:
    definition = _DEFINITION.decode(row[6])
    matches = compile_filter(definition.where) if definition.where else None
    return EarnRule(*row[:6], definition, matches)


MAX_KNOWN = 8
_known: dict[tuple[str, date], Programme] = {}  # by stamp and day


def programme_at(cursor: Cursor, now: datetime) -> Programme:
    """The programme as services need it: one SELECT tells whether what this process knows still stands."""
    return programme_of(cursor, ask_state(cursor, (), (), now)().stamp, now)


def programme_of(cursor: Cursor, stamp: str, now: datetime) -> Programme:
    """The programme of a stamp, read when this process does not know it yet."""
    key = (stamp, now.date())
    if (known := _known.get(key)) is None:
        book = settings_book()
        known = programme(cursor, book, book.zone(now.date()))
        if len(_known) >= MAX_KNOWN:
            _known.clear()
        _known[key] = known
    return known
