"""What every writer of benefits begins with: keys and reasons that fit, members that are locked."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection
from psycopg import Cursor

from siyu.lib.refusal import Refusal
from siyu.members.queries import ends
from siyu.members.services import lock

MAX_SET = 1_000
MAX_KEY = 200
MAX_WORDS = 500


def check(asks: Sequence[Any]) -> None:
    """Refusals: `benefit.too_many`, `benefit.key`, `benefit.because`."""
    if len(asks) > MAX_SET:
        raise Refusal("benefit.too_many", "at most %(limit)s at a time", limit=MAX_SET)
    for ask in asks:
        if not 0 < len(ask.key) <= MAX_KEY:
            raise Refusal("benefit.key", "a key has 1 to %(limit)s characters", limit=MAX_KEY)
        if len(ask.because) > MAX_WORDS:
            raise Refusal("benefit.because", "a reason has up to %(limit)s characters", limit=MAX_WORDS)


def locked(members: set[int]) -> dict[int, int]:
    """Lock the members in the caller's transaction; returns whom each has become. Refusals: `benefit.member`, `benefit.busy`."""
    with connection.cursor() as own:
        cursor = cast(Cursor, own.cursor)
        for _ in range(5):
            roots = ends(cursor, members)
            if missing := members - roots.keys():
                raise Refusal("benefit.member", "there is no member %(member)s", member=min(missing))
            lock(cursor, sorted(set(roots.values())))
            if ends(cursor, members) == roots:
                return roots
    raise Refusal("benefit.busy", "the member is being merged: try again")
