"""How the handles of a message are read: their one form by the policy of the day, and the keyed hash by which they are found."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from siyu.facts.message import NamedHandle
from siyu.facts.rules import Handle
from siyu.lib.crypto import lookup_digest

from .rules import policy_of

MAX_HANDLES = 10  # of one message
REMEMBERED = 50_000  # handles: people come again and again


def naming(settings: Any, day: date) -> Callable[[Sequence[Handle]], list[NamedHandle]]:
    """Kind, normal value and hash of a message's handles; those that name nobody are left out."""
    policy = policy_of(settings, day)

    @lru_cache(maxsize=REMEMBERED)
    def named(kind: str, value: str) -> NamedHandle | None:
        normal = policy.normal(kind, value)
        return None if normal is None else NamedHandle(kind, normal, lookup_digest(kind, normal))

    return lambda handles: [known for kind, value in handles[:MAX_HANDLES] if (known := named(kind, value)) is not None]
