"""Keys: found by what a request brings, listed without ever showing one."""

from dataclasses import dataclass

from ..models import Key
from ..rules import key_hash

LIMIT = 500


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as others may know it: what it is for, never the key."""

    id: int
    kind: str
    name: str
    source: str
    scopes: frozenset[str]


def find_key(kind: str, plain: str) -> KeyView | None:
    """The living key of this kind, or None when it is unknown or revoked."""
    key = Key.objects.filter(hash=key_hash(plain), kind=kind, revoked_at=None).first()
    return None if key is None else KeyView(key.pk, key.kind, key.name, key.source, frozenset(key.scopes))


def all_keys() -> list[Key]:
    """The newest keys, living ones first."""
    return list(Key.objects.order_by("-revoked_at", "-pk")[:LIMIT])  # NULLs (never revoked) sort first in descending order
