"""Who is meant: by a public id, a number, a handle, or a part of a name."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from siyu.facts.rules import Handle
from siyu.lib.crypto import lookup_hash
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Scope

from ..rules import KINDS, policy_of
from .asking import decrypted, rows_of
from .lines import ends

_sql = statements("siyu.members", "queries")
MAX_FOUND = 50


@dataclass(frozen=True, slots=True)
class MemberView:
    """One member's row."""

    id: int
    public_id: str
    is_identified: bool
    merged_into_id: int | None
    created_at: datetime
    nickname: str
    assistant_id: int | None
    store_id: int | None
    source: str
    badge: str


def find(text: str) -> list[int]:
    """Numbers of the members a text may mean: public id, any handle (by keyed hash), a phone's last four, the start of a nickname."""
    text = text.strip()
    if not text or len(text) > 512:
        return []
    rows = rows_of(_sql.survivor_of_public_id, {"text": text})
    if rows:
        return [row[0] for row in rows]
    policy = policy_of(settings_book(), date.max)
    hashes = [lookup_hash(kind, value) for kind in policy.kinds if (value := policy.normal(kind, text)) is not None]
    found = [row[0] for row in rows_of(_sql.by_hashes, {"hashes": hashes, "limit": MAX_FOUND})]
    if len(text) == 4 and text.isdigit():
        found += [row[0] for row in rows_of(_sql.by_tail, {"hash": lookup_hash("phone tail", text), "limit": MAX_FOUND})]
    if not found:
        prefix = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found = [row[0] for row in rows_of(_sql.by_nickname, {"prefix": prefix, "limit": MAX_FOUND})]
    return list(dict.fromkeys(found))[:MAX_FOUND]


def member(member_id: int, scope: Scope) -> MemberView | None:
    """A member, if the viewer's scope holds it."""
    rows = rows_of(_sql.member, {"member": member_id, **scope.parameters()})
    return MemberView(*rows[0]) if rows else None


def numbered(public_id: str) -> int:
    """The number of the member that a public id names now: who it was merged into, if it was. Refusal: `member.unknown`."""
    rows = rows_of(_sql.survivor_of_public_id, {"text": public_id[:100].replace("\0", "")})
    if not rows:
        raise Refusal("member.unknown", "there is no such member")
    return rows[0][0]


def survivor(member_id: int) -> int:
    """Who a member has become. Refusal: `member.unknown`."""
    with connection.cursor() as cursor:
        found = ends(cursor, [member_id])
    if not found:
        raise Refusal("member.unknown", "there is no such member")
    return found[member_id]


def handle_named(kind: str, value: str) -> tuple[Handle, UUID] | None:
    """A handle in its one form, with the hash it is found by; None for what names nobody. Refusal: `handle.kind`."""
    policy = policy_of(settings_book(), date.max)
    policy.check_kind(kind)
    normal = policy.normal(kind, value)
    return None if normal is None else (Handle(kind, normal), lookup_hash(kind, normal))


def bearer(hash_: UUID) -> tuple[int, Handle] | None:
    """Whose a handle is now, and the handle in plain; None when nobody has it (any more)."""
    rows = rows_of(_sql.bearer, {"hash": hash_})
    return (rows[0][0], Handle(rows[0][1], decrypted(rows[0][2]))) if rows else None


def hash_for(member_id: int) -> UUID | None:
    """The hash of a member's oldest handle that names a person; None for a member without one."""
    weak = [kind.name for kind in KINDS.values() if not kind.is_strong]
    rows = rows_of(_sql.strong_handle, {"member": member_id, "weak": [*weak, "erased"]})
    return rows[0][0] if rows else None
