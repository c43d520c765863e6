"""What templates may say of a member: each room names its own variables (`wiring.VARIABLES`) and gives their values for a set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

from siyu.lib.wired import wired
from siyu.lib.words import gettext_noop

# below these anything may be asked: what the sender adds, and what the person is said to be
PREFIXES = ("given.", "trait.")
UNSUBSCRIBE = "touch.unsubscribe"
_OWN = {UNSUBSCRIBE: gettext_noop("address of the page where the member says no to such messages")}


def _rooms() -> list[ModuleType]:
    return wired("VARIABLES")


def known() -> Mapping[str, str]:
    """Dotted name → what it means, in English."""
    return {name: words for room in _rooms() for name, words in room.NAMES.items()} | _OWN


def values_of(member_ids: Sequence[int], names: set[str], now: datetime) -> dict[int, dict[str, Any]]:
    """Member → dotted name → value, of the wanted names; each room is asked once, and only when one of its names is wanted."""
    found: dict[int, dict[str, Any]] = {member: {} for member in member_ids}
    for room in _rooms():
        wanted = {name for name in names if name in room.NAMES or name.startswith(getattr(room, "PREFIX", "\0"))}
        if wanted:
            for member, values in room.values(member_ids, wanted, now).items():
                found[member].update(values)
    return found
