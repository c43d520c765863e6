"""Lines of mergers: who a member has become, and who has become a member."""

from collections.abc import Collection
from typing import Any

from siyu.lib.sql import array, statements

_sql = statements("siyu.members", "lines")


def lines(cursor: Any, members: Collection[int]) -> dict[int, list[int]]:
    """Member → itself and those it has become, one after another; who does not exist is missing."""
    if not members:
        return {}
    cursor.execute(_sql.lines, {"members": array(sorted(members))})
    return dict(cursor.fetchall())


def ends(cursor: Any, members: Collection[int]) -> dict[int, int]:
    """Member → who it has become."""
    return {member: line[-1] for member, line in lines(cursor, members).items()}


def below(cursor: Any, members: Collection[int]) -> set[int]:
    """These members and all that have become one of them."""
    cursor.execute(_sql.below, {"members": array(sorted(members))})
    return {row[0] for row in cursor.fetchall()}
