"""Reads the ground offers: settings in force, and the organisation."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings
from django.db import connection
from django.utils.module_loading import import_string

from .models import Key
from .rules import Setting, key_hash


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Setting]:
    """Every setting that some room defines, by name."""
    rooms = import_string(f"{django_settings.WIRING}.SETTINGS")
    return {setting.name: setting for room in rooms for setting in import_string(room)}


@dataclass(frozen=True, slots=True)
class SettingsBook:
    """All dated values at one moment of reading: `value(name, day)` is what was in force on that business day."""

    values: dict[str, tuple[tuple[date, Any], ...]]  # newest first

    def value(self, name: str, day: date) -> Any:
        for since, value in self.values.get(name, ()):
            if since <= day:
                return value
        return catalogue()[name].default

    def zone(self, day: date) -> ZoneInfo:
        return ZoneInfo(self.value("merchant.zone", day))

    def currency(self, day: date) -> str:
        return self.value("merchant.currency", day)


def settings_book() -> SettingsBook:
    """The settings as they stand now; one small SELECT."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, effective_day, value::text FROM merchant_settingvalue ORDER BY name, effective_day DESC")
        rows = cursor.fetchall()
    return _book(tuple(rows))


@lru_cache(maxsize=8)
def _book(rows: tuple[tuple[str, date, str], ...]) -> SettingsBook:
    import json

    values: dict[str, list[tuple[date, Any]]] = {}
    for name, day, value in rows:
        values.setdefault(name, []).append((day, json.loads(value)))
    return SettingsBook({name: tuple(dated) for name, dated in values.items()})


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as others may know it: what it is for, never the key."""

    id: int
    kind: str
    name: str
    source: str
    scopes: frozenset[str]


def find_key(kind: str, plain: str) -> KeyView | None:
    """The living key of this kind, or None when it is unknown or revoked."""
    key = Key.objects.filter(hash=key_hash(plain), kind=kind, revoked_at=None).first()
    return None if key is None else KeyView(key.pk, key.kind, key.name, key.source, frozenset(key.scopes))
