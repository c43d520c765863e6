"""What is known of members: handles, traits, tags, consents. Personal values come masked unless asked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.lib.crypto import decrypt_text, mask
from siyu.lib.sql import statements

from ..rules import KINDS, UNDATED
from .asking import decrypted, rows_of

_sql = statements("siyu.members", "queries")
MAX_WORDS = 200  # about consent, of one member
TOKEN = "tok_"  # noqa: S105 - how a token of the log begins


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
    """A word about a purpose and channel; `at` is when it was said (`rules.UNDATED` where nobody knows the day)."""

    purpose: str
    channel: str
    is_given: bool
    at: datetime
    proof: str

    @property
    def said_at(self) -> datetime | None:
        return self.at if self.at > UNDATED else None


@dataclass(frozen=True, slots=True)
class ConsentSaid(ConsentView):
    """The same as the log tells it: by which message, when and from which source it reached us, how a person told whom of ours, and the
    note about it, which is masked unless the viewer may see it."""

    message: UUID
    received_at: datetime | None
    source: str
    badge: str
    way: str
    by: str
    note: str


def identities(member_ids: list[int], *, unmasked: bool = False) -> list[IdentityView]:
    """The handles of members, oldest first."""
    views = []
    for number, owner, origin, kind, value, first_seen in rows_of(_sql.identities, {"members": member_ids}):
        plain = decrypted(value)
        title = KINDS[kind].title if kind in KINDS else kind
        views.append(IdentityView(number, owner, origin, kind, title, plain if unmasked else mask(kind, plain), first_seen))
    return views


def traits(member_id: int, *, unmasked: bool = False) -> list[TraitView]:
    """The newest value of each trait."""
    rows = [(name, json.loads(value), at, said_of) for name, value, at, said_of in rows_of(_sql.traits, {"member": member_id})]
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
        (member, name, json.loads(value)) for member, name, value in rows_of(_sql.said, {"members": list(member_ids), "names": list(names)})
    ]
    plain = personal_values([value for _, _, value in rows if is_token(value)])
    return [(member, name, plain.get(value, ("", ""))[1] if is_token(value) else value) for member, name, value in rows]


def personal_values(tokens: list[str]) -> dict[str, tuple[str, str]]:
    """Kind and plain value behind tokens; erased ones are missing."""
    rows = rows_of(_sql.personal, {"tokens": tokens}) if tokens else []
    return {token: (kind, decrypt_text(value)) for token, kind, value in rows}


def is_token(value: Any) -> bool:
    """Whether a trait's value stands for a personal one."""
    return isinstance(value, str) and value.startswith(TOKEN)


def tags(member_id: int) -> list[TagView]:
    return [TagView(*row) for row in rows_of(_sql.tags, {"member": member_id})]


def all_tags() -> list[tuple[str, str, int]]:
    """Name, colour and number of members of every tag."""
    return rows_of(_sql.all_tags, {})


def consents(member_id: int) -> list[ConsentView]:
    """What was last said of each purpose and channel by its name."""
    return [ConsentView(*row) for row in rows_of(_sql.consents, {"member": member_id})]


def consents_said(member_id: int, *, unmasked: bool = False) -> list[ConsentSaid]:
    """Every word about consent, newest first, at most `MAX_WORDS`."""
    rows = rows_of(_sql.consents_said, {"member": member_id, "limit": MAX_WORDS})
    plain = personal_values([row[-1] for row in rows if is_token(row[-1])])
    views = []
    for *told, note in rows:
        kind, text = plain.get(note, ("erased", "")) if is_token(note) else ("note", note)
        views.append(ConsentSaid(*told, text if unmasked or not text else mask(kind, text)))  # type: ignore[call-arg]  # as the statement names them
    return views


def are_kept(messages: list[UUID]) -> bool:
    """Whether the pump has written down the consents that these facts tell of."""
    return rows_of(_sql.kept_consents, {"messages": messages})[0][0] == len(messages)


def is_described(hash_: UUID, message: UUID) -> bool:
    """Whether the pump has written down the traits that this fact tells of the bearer of a handle."""
    return bool(rows_of(_sql.described, {"hash": hash_, "message": message}))
