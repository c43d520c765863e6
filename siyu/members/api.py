"""How programs find a member: by a handle, by the code of a card. Everything else is asked by the public id that is answered."""

from django.http import HttpRequest
from ninja import Field, Router, Schema

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.api import FAULTS, Body, ScopedKey
from siyu.merchant.rules import WHOLE

from . import queries
from .services import read_card

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


@router.post("/lookup", auth=ScopedKey("members.view"), response={200: FoundMember, **FAULTS}, summary="Find a member by a handle")
def lookup(request: HttpRequest, body: HandleIn) -> FoundMember:
    """The member who has this handle. 404 `member.unknown` when nobody has it, 409 `handle.blocked` when it names nobody."""
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


def told(number: int) -> FoundMember:
    """What programs are told of a member."""
    found = queries.member(number, WHOLE)
    if found is None:
        raise Refusal("member.unknown", "there is no such member")
    return FoundMember(id=found.public_id, is_identified=found.is_identified, nickname=found.nickname)
