"""The programme as it stands in the tables, parsed once for as long as it does not change."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from psycopg import Cursor

from siyu.facts.filters import compile as compile_filter
from siyu.lib.clock import midnight
from siyu.lib.sql import statements
from siyu.merchant.queries import SettingsBook

from .rules import PLAIN, TRACK, Definition, EarnRule, Ladder, Programme, Tier
from .rules.units import Terms, Unit

_sql = statements("siyu.loyalty", "programme")

RuleRow = tuple[int, str, int, str, date, date | None, str]
UnitRow = tuple[str, int, str, str, date, str]
TierRow = tuple[int, date, str, str, int, int, Decimal]


def programme(cursor: Cursor, settings: SettingsBook, zone: ZoneInfo) -> Programme:
    """All versions of rules, tiers and units. Three small SELECTs."""
    cursor.execute(_sql.rules)
    rules = tuple(cursor.fetchall())
    cursor.execute(_sql.units)
    units = tuple(cursor.fetchall())
    cursor.execute(_sql.tiers, {"track": TRACK})
    tiers = tuple(cursor.fetchall())
    zones = tuple(sorted({(row[1], settings.zone(row[1])) for row in tiers}, key=lambda pair: pair[0]))
    return _programme(rules, tiers, zones, zone, settings.currency(date.max), _sources(cursor, rules), units)


def _sources(cursor: Cursor, rules: tuple[RuleRow, ...]) -> tuple[tuple[int, str], ...]:
    """Names of the sources of facts, if a rule may ask for them."""
    if not any('"sources"' in row[6] for row in rules):
        return ()
    cursor.execute(_sql.sources)
    return tuple(cursor.fetchall())


@lru_cache(maxsize=8)
def _programme(
    rules: tuple[RuleRow, ...],
    tiers: tuple[TierRow, ...],
    zones: tuple[tuple[date, ZoneInfo], ...],
    zone: ZoneInfo,
    currency: str,
    sources: tuple[tuple[int, str], ...],
    units: tuple[UnitRow, ...],
) -> Programme:
    starts = dict(zones)
    versions: dict[tuple[int, date], list[Tier]] = {}
    for version, day, code, name, rank, threshold, multiplier in tiers:
        versions.setdefault((version, day), []).append(Tier(code, name, rank, threshold, int(multiplier * PLAIN)))
    ladders = [Ladder(version, midnight(day, starts[day]), tuple(steps)) for (version, day), steps in versions.items()]
    return Programme([_rule(row) for row in rules], ladders, zone, currency, dict(sources), [unit_of(row) for row in units])


def unit_of(row: UnitRow) -> Unit:
    return Unit(*row[:5], msgspec.json.decode(row[5], type=Terms))


def _rule(row: RuleRow) -> EarnRule:
    definition = msgspec.json.decode(row[6], type=Definition)
    matches = compile_filter(definition.where) if definition.where else None
    return EarnRule(*row[:6], definition, matches)
