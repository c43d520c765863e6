"""What is in force on a day: every dated value at one moment of reading. Without models: a process that has none may ask too."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from siyu.lib.wired import wired

from .rules import Setting


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Setting]:
    """Every setting that some room defines, by name."""
    return {setting.name: setting for room in wired("SETTINGS") for setting in room}


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
