"""Settings: which there are, and what was in force on a day."""

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from siyu.lib.clock import business_day

from ..book import SettingsBook, catalogue
from ..models import SettingValue
from ..rules import Setting


def settings_book() -> SettingsBook:
    """The settings as they stand now; one small SELECT."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, effective_day, value::text FROM merchant_settingvalue ORDER BY name, effective_day DESC")
        rows = cursor.fetchall()
    return _book(tuple(rows))


def today(now: datetime) -> date:
    """The business day of an instant, in the zone that is in force then."""
    book = settings_book()
    return business_day(now, book.zone(now.date()))


@lru_cache(maxsize=8)
def _book(rows: tuple[tuple[str, date, str], ...]) -> SettingsBook:
    values: dict[str, list[tuple[date, Any]]] = {}
    for name, day, value in rows:
        values.setdefault(name, []).append((day, json.loads(value)))
    return SettingsBook({name: tuple(dated) for name, dated in values.items()})


class Dated(NamedTuple):
    """A value of a setting and the day it begins."""

    from_day: date
    value: Any
    set_by: str


class SettingView(NamedTuple):
    """A setting as its page shows it: what is in force (the default when nobody has set it), and what comes."""

    setting: Setting
    value: Any
    in_force: Dated | None
    scheduled: list[Dated]  # soonest first

    @property
    def room(self) -> str:
        return self.setting.name.partition(".")[0]


def setting_views(day: date) -> list[SettingView]:
    """Every setting as it stands on a business day, in the order of the rooms."""
    rows: dict[str, list[Dated]] = {}
    for row in SettingValue.objects.filter(name__in=catalogue()).order_by("name", "effective_day"):
        rows.setdefault(row.name, []).append(Dated(row.effective_day, row.value, row.set_by))
    return [_view(setting, rows.get(setting.name, []), day) for setting in catalogue().values()]


def _view(setting: Setting, dated: list[Dated], day: date) -> SettingView:
    begun = [row for row in dated if row.from_day <= day]
    in_force = begun[-1] if begun else None
    return SettingView(setting, in_force.value if in_force else setting.default, in_force, [row for row in dated if row.from_day > day])
