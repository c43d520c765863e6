"""What templates may say of a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from siyu.lib.sql import statements
from siyu.lib.words import gettext_noop

from .queries import said

_sql = statements("siyu.members", "variables")
PREFIX = "trait."
NAMES = {
    "member.id": gettext_noop("public number of the member"),
    "member.nickname": gettext_noop("what the member likes to be called"),
    "member.name": gettext_noop("name"),
    "member.language": gettext_noop("language: zh-hans or en"),
    "member.assistant": gettext_noop("own assistant's name"),
    "member.store": gettext_noop("own store's name"),
}
_TRAITS = {"member.name": "name", "member.language": "language"}


def values(member_ids: Sequence[int], wanted: set[str], now: datetime) -> dict[int, dict[str, Any]]:
    """Member → variable → value; what is not known is missing. Personal values are decrypted: they go to the person only."""
    traits = {_TRAITS[name] for name in wanted if name in _TRAITS}
    traits |= {trait for name in wanted if name.startswith(PREFIX) for trait in _holding(name.removeprefix(PREFIX))}
    with connection.cursor() as cursor:
        cursor.execute(_sql.people, {"members": list(member_ids)})
        found = {
            member: dict(zip(("member.id", "member.nickname", "member.assistant", "member.store"), row, strict=True))
            for member, *row in cursor.fetchall()
        }
    names = {trait: name for name, trait in _TRAITS.items()}
    for member, trait, told in said(member_ids, sorted(traits)):
        for name in {names.get(trait, ""), f"{PREFIX}{trait}"} - {""}:
            found[member][name] = told
    return found


def _holding(path: str) -> list[str]:
    """The traits in which a path may lie: `sizes.shoe` is a trait of this name, or a part of `sizes`."""
    parts = path.split(".")
    return [".".join(parts[:number]) for number in range(1, len(parts) + 1)]
