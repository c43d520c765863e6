"""Reads that people's room offers: find a member, and everything known of one. Personal values come masked unless asked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from siyu.facts.rules import Handle
from siyu.lib.crypto import decrypt_text, lookup_hash, mask
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Scope

from .clocks import COLUMNS
from .rules import KINDS, Life, policy_of

_sql = statements("siyu.members", "queries")
MAX_FOUND = 50
TOKEN = "tok_"  # noqa: S105 - how a token of the log begins


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


@dataclass(frozen=True, slots=True)
class IdentityView:
    """A handle: its value is masked unless the viewer may see it."""

    id: int
    member_id: int
    origin_id: int
    kind: str
    title: str
    value: str
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class TraitView:
    """A trait: `is_personal` values are masked unless the viewer may see them."""

    name: str
    value: Any
    occurred_at: datetime
    said_of: str
    is_personal: bool


@dataclass(frozen=True, slots=True)
class TagView:
    name: str
    colour: str
    by: str
    at: datetime
    via_merge_id: int | None


@dataclass(frozen=True, slots=True)
class ConsentView:
    purpose: str
    channel: str
    is_given: bool
    occurred_at: datetime
    proof: str


@dataclass(frozen=True, slots=True)
class MergeView:
    """Why two members became one; `evidence` names the link and the handles that moved."""

    id: int
    survivor_id: int
    loser_id: int
    merged_at: datetime
    by: str
    because: str
    evidence: dict[str, Any]
    undone_at: datetime | None
    undone_by: str
    undone_because: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    left_id: int
    right_id: int
    left_kind: str
    right_kind: str
    left_member: int
    right_member: int
    occurred_at: datetime
    proof: str
    state: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    """A fact of a member's history; its personal properties are tokens."""

    occurred_at: datetime
    id: int
    name: str
    properties: dict[str, Any]
    source: str
    badge: str
    cause_id: int | None


def find(text: str) -> list[int]:
    """Numbers of the members a text may mean: public id, any handle (by keyed hash), a phone's last four, the start of a nickname."""
    text = text.strip()
    if not text or len(text) > 512:
        return []
    rows = _rows(_sql.by_public_id, {"text": text})
    if rows:
        return [row[0] for row in rows]
    policy = policy_of(settings_book(), date.max)
    hashes = [lookup_hash(kind, value) for kind in KINDS if (value := policy.normal(kind, text)) is not None]
    found = [row[0] for row in _rows(_sql.by_hashes, {"hashes": hashes, "limit": MAX_FOUND})]
    if len(text) == 4 and text.isdigit():
        found += [row[0] for row in _rows(_sql.by_tail, {"hash": lookup_hash("phone tail", text), "limit": MAX_FOUND})]
    if not found:
        prefix = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found = [row[0] for row in _rows(_sql.by_nickname, {"prefix": prefix, "limit": MAX_FOUND})]
    return list(dict.fromkeys(found))[:MAX_FOUND]


def member(member_id: int, scope: Scope) -> MemberView | None:
    """A member, if the viewer's scope holds it."""
    rows = _rows(_sql.member, {"member": member_id, **scope.parameters()})
    return MemberView(*rows[0]) if rows else None


def numbered(public_id: str) -> int:
    """The number of the member that a public id names now: who it was merged into, if it was. Refusal: `member.unknown`."""
    rows = _rows(_sql.survivor_of_public_id, {"text": public_id[:100].replace("\0", "")})
    if not rows:
        raise Refusal("member.unknown", "there is no such member")
    return rows[0][0]


def survivor(member_id: int) -> int:
    """Who a member has become. Refusal: `member.unknown`."""
    rows = _rows(_sql.survivor, {"member": member_id})
    if not rows:
        raise Refusal("member.unknown", "there is no such member")
    return rows[0][0]


def handle_named(kind: str, value: str) -> tuple[Handle, UUID] | None:
    """A handle in its one form, with the hash it is found by; None for what names nobody."""
    normal = policy_of(settings_book(), date.max).normal(kind, value)
    return None if normal is None else (Handle(kind, normal), lookup_hash(kind, normal))


def bearer(hash_: UUID) -> tuple[int, Handle] | None:
    """Whose a handle is now, and the handle in plain; None when nobody has it (any more)."""
    rows = _rows(_sql.bearer, {"hash": hash_})
    return (rows[0][0], Handle(rows[0][1], _plain(rows[0][2]))) if rows else None


def hash_for(member_id: int) -> UUID | None:
    """The hash of a member's oldest handle that names a person; None for a member without one."""
    weak = [kind.name for kind in KINDS.values() if not kind.is_strong]
    rows = _rows(_sql.strong_handle, {"member": member_id, "weak": [*weak, "erased"]})
    return rows[0][0] if rows else None


def are_kept(messages: list[UUID]) -> bool:
    """Whether the pump has written down the consents that these facts tell of."""
    return _rows(_sql.kept_consents, {"messages": messages})[0][0] == len(messages)


def is_described(hash_: UUID, message: UUID) -> bool:
    """Whether the pump has written down the traits that this fact tells of the bearer of a handle."""
    return bool(_rows(_sql.described, {"hash": hash_, "message": message}))


def identities(member_ids: list[int], *, unmasked: bool = False) -> list[IdentityView]:
    """The handles of members, oldest first."""
    views = []
    for number, owner, origin, kind, value, first_seen in _rows(_sql.identities, {"members": member_ids}):
        plain = _plain(value)
        title = KINDS[kind].title if kind in KINDS else kind
        views.append(IdentityView(number, owner, origin, kind, title, plain if unmasked else mask(kind, plain), first_seen))
    return views


def traits(member_id: int, *, unmasked: bool = False) -> list[TraitView]:
    """The newest value of each trait."""
    rows = [(name, json.loads(value), at, said_of) for name, value, at, said_of in _rows(_sql.traits, {"member": member_id})]
    plain = personal_values([value for _, value, _, _ in rows if is_token(value)])
    views = []
    for name, value, at, said_of in rows:
        is_personal = is_token(value)
        if is_personal:
            kind, text = plain.get(value, ("erased", ""))
            value = text if unmasked else mask(kind, text)
        views.append(TraitView(name, value, at, said_of, is_personal))
    return views


def said(member_ids: Sequence[int], names: Sequence[str]) -> list[tuple[int, str, Any]]:
    """Member, trait and its newest value, of some traits of many members. Personal values are decrypted; what was erased is empty."""
    rows = [
        (member, name, json.loads(value)) for member, name, value in _rows(_sql.said, {"members": list(member_ids), "names": list(names)})
    ]
    plain = personal_values([value for _, _, value in rows if is_token(value)])
    return [(member, name, plain.get(value, ("", ""))[1] if is_token(value) else value) for member, name, value in rows]


def personal_values(tokens: list[str]) -> dict[str, tuple[str, str]]:
    """Kind and plain value behind tokens; erased ones are missing."""
    rows = _rows(_sql.personal, {"tokens": tokens}) if tokens else []
    return {token: (kind, decrypt_text(value)) for token, kind, value in rows}


def tags(member_id: int) -> list[TagView]:
    return [TagView(*row) for row in _rows(_sql.tags, {"member": member_id})]


def all_tags() -> list[tuple[str, str, int]]:
    """Name, colour and number of members of every tag."""
    return _rows(_sql.all_tags, {})


def consents(member_id: int) -> list[ConsentView]:
    """What holds for each purpose and channel."""
    return [ConsentView(*row) for row in _rows(_sql.consents, {"member": member_id})]


def life(member_id: int) -> Life | None:
    """The three clocks."""
    rows = _rows(_sql.life, {"member": member_id})
    return Life(**dict(zip(COLUMNS, rows[0], strict=True))) if rows else None


def seen(member_id: int) -> tuple[datetime, datetime, int] | None:
    """First seen, last seen, number of facts."""
    rows = _rows(_sql.rollup, {"member": member_id})
    return rows[0] if rows else None


def merges(member_id: int) -> list[MergeView]:
    """Merges and their undoing, newest first."""
    rows = _rows(_sql.merges, {"member": member_id})
    return [MergeView(*(*row[:6], json.loads(row[6]), *row[7:])) for row in rows]


def conflicts(member_id: int) -> list[ConflictView]:
    """Claims that were not followed: a limit, a shared device, or a person's word stood against them."""
    return [ConflictView(*row) for row in _rows(_sql.conflicts, {"member": member_id})]


def timeline(member_id: int, *, before: tuple[datetime, int] | None = None, limit: int = 50) -> list[TimelineView]:
    """What happened, newest first; `before` is the (occurred_at, id) of the last row of the page before."""
    instant, number = before or ("infinity", 0)
    rows = _rows(_sql.timeline, {"member": member_id, "limit": min(limit, 200), "before": instant, "before_id": number})
    return [TimelineView(row[0], row[1], row[2], json.loads(row[3]), *row[4:]) for row in rows]


def _plain(value: bytes) -> str:
    """A handle's value; empty when it was erased."""
    return decrypt_text(value) if value else ""


def is_token(value: Any) -> bool:
    """Whether a trait's value stands for a personal one."""
    return isinstance(value, str) and value.startswith(TOKEN)


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
