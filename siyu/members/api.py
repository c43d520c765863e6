"""How programs find a member: by a handle, by the code of a card. Everything else is asked by the public id that is answered.

And what people told their staff about consent."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.api import FAULTS, Body, ScopedKey, Text
from siyu.merchant.rules import WHOLE

from . import queries, services
from .rules import CHANNELS, MAX_NOTE, PURPOSES, WAYS
from .services import Choice, ConsentWord, read_card

router = Router(tags=["Members"])


class HandleIn(Body):
    """A handle: its kind (`phone`, `email`, `user_id`, `unionid` …) and value, in any usual form."""

    kind: str = Field(min_length=1, max_length=40, examples=["phone"])
    value: str = Field(min_length=1, max_length=512, examples=["13800138000"])


class CardIn(Body):
    """What a scanner read from a member's card."""

    code: str = Field(min_length=1, max_length=200)


class FoundMember(Schema):
    """A member as programs name it."""

    id: str = Field(description="the public id")
    is_identified: bool
    nickname: str


class ConsentIn(Body):
    """What a member told your staff."""

    purpose: Text = Field(json_schema_extra={"enum": list(PURPOSES)})
    channel: Text = Field(json_schema_extra={"enum": list(CHANNELS)})
    is_given: bool
    at: AwareDatetime = Field(description="when the member said it; sent again, it is the same word")
    way: Text = Field(json_schema_extra={"enum": list(WAYS)}, description="how they said it")
    note: Text = Field("", max_length=MAX_NOTE, description="what proves it; a yes needs one")


class ConsentRecorded(Schema):
    """The fact that tells of the word; it holds when the fact has been read, usually within a second."""

    fact: UUID


class ConsentOut(Schema):
    """A word about a purpose on a channel; of all of them the newest holds. `said_at` is null where nobody knows the day."""

    purpose: str
    channel: str
    is_given: bool
    said_at: datetime | None
    received_at: datetime | None
    source: str
    proof: str
    way: str
    by: str


@router.post("/lookup", auth=ScopedKey("members.view"), response={200: FoundMember, **FAULTS}, summary="Find a member by a handle")
def lookup(request: HttpRequest, body: HandleIn) -> FoundMember:
    """The member who has this handle. 404 `member.unknown` when nobody has it, 409 `handle.kind`, `handle.blocked` when it names nobody."""
    named = queries.handle_named(body.kind, body.value)
    if named is None:
        raise Refusal("handle.blocked", "this value names nobody")
    found = queries.bearer(named[1])
    if found is None:
        raise Refusal("member.unknown", "nobody has this handle")
    return told(found[0])


@router.post("/card", auth=ScopedKey("members.view"), response={200: FoundMember, **FAULTS}, summary="Find a member by a card's code")
def card(request: HttpRequest, body: CardIn) -> FoundMember:
    """The member whose card shows this code, which is good for five minutes. 409 `card.unreadable`, `card.expired`."""
    return told(queries.survivor(read_card(body.code, utc_now())))


@router.get("/{member}", auth=ScopedKey("members.view"), response={200: FoundMember, **FAULTS}, summary="A member")
def one(request: HttpRequest, member: str) -> FoundMember:
    """A member by public id; of one that was merged, who it became."""
    return told(queries.numbered(member))


@router.get(
    "/{member}/consents",
    auth=ScopedKey("members.view"),
    response={200: list[ConsentOut], **FAULTS},
    summary="What a member said of consent",
)
def consents(request: HttpRequest, member: str) -> list[ConsentOut]:
    """Every word, newest first, at most 200. 404 `member.unknown`."""
    names = ConsentOut.model_fields
    return [ConsentOut(**{name: getattr(one, name) for name in names}) for one in queries.consents_said(queries.numbered(member))]


@router.post(
    "/{member}/consents",
    auth=ScopedKey("members.edit"),
    response={200: ConsentRecorded, **FAULTS},
    summary="A member gave or withdrew a consent",
)
def record_consent(request: HttpRequest, member: str, body: ConsentIn) -> ConsentRecorded:
    """Write down what a member told your staff. The same word of the same instant is kept once, so it takes no key.

    404 `member.unknown`; 409 `consent.purpose`, `consent.channel`, `consent.way`, `consent.note`, `consent.time`, `member.gone`.
    """
    word = ConsentWord(Choice(body.purpose, body.channel, body.is_given), body.way, body.note, body.at)
    by = request.auth  # type: ignore[attr-defined]
    return ConsentRecorded(fact=services.record_consent(by, queries.numbered(member), word, now=utc_now()))


def told(number: int) -> FoundMember:
    """What programs are told of a member."""
    found = queries.member(number, WHOLE)
    if found is None:
        raise Refusal("member.unknown", "there is no such member")
    return FoundMember(id=found.public_id, is_identified=found.is_identified, nickname=found.nickname)
