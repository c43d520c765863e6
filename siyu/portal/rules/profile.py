"""What members may say of themselves, and how often a birthday may change: gifts hang on it."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from siyu.lib.words import gettext_noop

BIRTHDAY_PAUSE = timedelta(days=365)
OLDEST_YEARS = 120
GENDERS = ("female", "male", "other")


class Profile(NamedTuple):
    """The traits that a member can see and change; empty where nothing is known."""

    nickname: str = ""
    gender: str = ""
    birthday: str = ""  # ISO date
    city: str = ""


def traits_of(old: Profile, new: Profile) -> dict[str, Any]:
    """The traits that differ, as a fact tells them: what was emptied is null."""
    return {name: value or None for name, value in new._asdict().items() if value != getattr(old, name)}


def birthday_fault(birthday: date, today: date) -> str:
    """Why a date cannot be somebody's birthday; empty when it can."""
    if birthday > today:
        return gettext_noop("a birthday does not lie in the future")
    return gettext_noop("a birthday lies within the last 120 years") if today.year - birthday.year > OLDEST_YEARS else ""


def may_set_birthday(known: str, changed: datetime | None, now: datetime) -> bool:
    """Whether a birthday may be set: the first time always, then once in 365 days."""
    return not known or changed is None or now - changed >= BIRTHDAY_PAUSE
