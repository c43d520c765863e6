"""What a setting is, and the ones every installation begins with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

import msgspec

from siyu.lib.words import gettext_noop

from .words import Fault


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing the business decides: typed, dated, audited. `check` returns a reason when a value is refused.

    A list whose items are of one struct says so in `rows`, and so does an object that is empty or one of them: people then fill in rows.
    A value of another form says by `unfold` what its rows are, and by `fold` what rows make. `choices` are the words of values that are
    chosen, `suggested` those of values that an input marked so offers; a list with choices and without rows holds some of them.
    """

    name: str  # "members.pool_stage_days"
    kind: type  # str, int, bool, list, dict
    default: Any
    title: str  # English msgid; pages translate it
    help: str = ""
    check: Callable[[Any], str | None] | None = None
    rows: type[msgspec.Struct] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    suggested: Mapping[str, str] = field(default_factory=dict)
    least: int = 0  # rows
    most: int = 20
    unfold: Callable[[Any], list[Any]] | None = None
    fold: Callable[[list[Any]], Any] | None = None

    def rows_of(self, value: Any) -> list[Any]:
        """The rows of a value; an object is one, or none."""
        if self.unfold:
            return self.unfold(value)
        return value if isinstance(value, list) else [value] if value else []

    def offers(self, value: Any) -> bool:
        """Whether everything in a value is one of the choices."""
        return all(one in self.choices for one in value)

    def of_rows(self, rows: list[Any]) -> Any:
        """The inverse of `rows_of`."""
        if self.fold:
            return self.fold(rows)
        return rows if self.kind is list else rows[0] if rows else {}


_MUST_BE = {
    str: gettext_noop("must be a text"),
    int: gettext_noop("must be a whole number"),
    bool: gettext_noop("must be true or false"),
    list: gettext_noop("must be a list: [1, 2]"),
    dict: gettext_noop('must be an object: {"a": 1}'),
}


def setting_fault(setting: Setting, value: Any) -> Fault | None:
    """What is wrong with a value for a setting: its type (`setting.type`), its content (`setting.refused`), or nothing."""
    if type(value) is not setting.kind:
        return Fault("setting.type", _MUST_BE[setting.kind])
    if not _can_be_stored(value):
        return Fault("setting.refused", "holds a character or a number that cannot be stored")
    try:
        if reason := setting.check(value) if setting.check else None:
            return Fault("setting.refused", reason)
        if setting.rows and len(setting.rows_of(value)) > setting.most:
            return Fault("setting.refused", "at most %(most)s of them", {"most": setting.most})
        if setting.choices and not setting.rows and not setting.offers(value):
            return Fault("setting.refused", "choose of these: %(known)s", {"known": ", ".join(setting.choices)})
        if setting.rows:
            msgspec.convert(setting.rows_of(value), list[setting.rows])  # type: ignore[name-defined]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, msgspec.ValidationError) as error:
        return Fault("setting.refused", "not of the expected form (%(error)s)", {"error": error})  # or a check met what it did not expect
    return None


def _can_be_stored(value: Any) -> bool:
    try:
        return "\\u0000" not in json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False


def read_setting(setting: Setting, text: str) -> Any:
    """A setting's value from what was typed: text as it stands, everything else as JSON. Raises `ValueError` for what is not JSON."""
    return text if setting.kind is str else json.loads(text)


def write_setting(setting: Setting, value: Any) -> str:
    """How a value is shown for typing: the inverse of `read_setting`."""
    return value if setting.kind is str else json.dumps(value, ensure_ascii=False)


def _known_zone(value: str) -> str | None:
    return None if value in available_timezones() else gettext_noop("not an IANA time zone such as Asia/Shanghai")


def _currency_code(value: str) -> str | None:
    return None if len(value) == 3 and value.isascii() and value.isupper() else gettext_noop("not an ISO 4217 code such as CNY")


SETTINGS = (
    Setting("merchant.name", str, "", "Name of the merchant"),
    Setting("merchant.currency", str, "CNY", "Currency", "Facts in another currency are quarantined.", _currency_code),
    Setting("merchant.zone", str, "Asia/Shanghai", "Business time zone", "Business days begin at its midnight.", _known_zone),
)
