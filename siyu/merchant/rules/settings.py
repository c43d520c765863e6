"""What a setting is, and the ones every installation begins with."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from .words import Fault


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing the business decides: typed, dated, audited. `check` returns a reason when a value is refused."""

    name: str  # "members.pool_stage_days"
    kind: type  # str, int, bool, list, dict
    default: Any
    title: str  # English msgid; pages translate it
    help: str = ""
    check: Callable[[Any], str | None] | None = None


_KIND_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}


def setting_fault(setting: Setting, value: Any) -> Fault | None:
    """What is wrong with a value for a setting: its type (`setting.type`), its content (`setting.refused`), or nothing."""
    if type(value) is not setting.kind:
        return Fault("setting.type", f"must be {_KIND_NAMES[setting.kind]}")
    try:
        reason = setting.check(value) if setting.check else None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # a check meets what it did not expect inside
        reason = f"not of the expected form ({error})"
    return Fault("setting.refused", reason) if reason else None


def read_setting(setting: Setting, text: str) -> Any:
    """A setting's value from what was typed: text as it stands, everything else as JSON. Raises `ValueError` for what is not JSON."""
    return text if setting.kind is str else json.loads(text)


def write_setting(setting: Setting, value: Any) -> str:
    """How a value is shown for typing: the inverse of `read_setting`."""
    return value if setting.kind is str else json.dumps(value, ensure_ascii=False)


def _known_zone(value: str) -> str | None:
    return None if value in available_timezones() else "not an IANA time zone such as Asia/Shanghai"


def _currency_code(value: str) -> str | None:
    return None if len(value) == 3 and value.isascii() and value.isupper() else "not an ISO 4217 code such as CNY"


SETTINGS = (
    Setting("merchant.name", str, "", "Name of the merchant"),
    Setting("merchant.currency", str, "CNY", "Currency", "Facts in another currency are quarantined.", _currency_code),
    Setting("merchant.zone", str, "Asia/Shanghai", "Business time zone", "Business days begin at its midnight.", _known_zone),
)
