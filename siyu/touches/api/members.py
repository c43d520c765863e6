"""What was wanted for a member and what became of it; the member's inbox, for mini programs and apps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.keyset import encode
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS
from siyu.merchant.rules import WHOLE

from .. import queries, services
from .asking import EDIT, MAX_PAGE, VIEW, position

router = Router(tags=["Touches of a member"])
OUTBOX, INBOX = "api:outbox", "api:inbox"


class TouchOut(Schema):
    """A touch; `why` says why it was not sent, `source` what wanted it."""

    id: UUID
    medium: str
    purpose: str
    template: str
    source: str
    arm: str
    status: str
    why: str
    detail: str
    wanted_at: datetime
    at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None


class TouchesOut(Schema):
    """A page of touches, newest first; `next` asks for the page behind it, and is empty on the last."""

    touches: list[TouchOut]
    next: str


class LetterOut(Schema):
    """A message as it was written for this member; `html` is empty where its template has none."""

    id: UUID
    at: datetime
    read_at: datetime | None = Field(description="when it was first opened")
    subject: str
    text: str
    html: str


class InboxOut(Schema):
    """A page of messages, newest first; `unread` of the newest 100."""

    unread: int
    messages: list[LetterOut]
    next: str


@router.get("/members/{member}/outbox", auth=VIEW, response={200: TouchesOut, **FAULTS}, summary="The outbox of a member")
def outbox(
    request: HttpRequest, member: str, cursor: str = Query("", max_length=400), limit: int = Query(50, ge=1, le=MAX_PAGE)
) -> TouchesOut:
    """Everything that was wanted for the member, sent or not, with the reasons. 404 `member.unknown`."""
    rows = queries.touches(WHOLE, position(OUTBOX, cursor, limit), member_id=numbered(member))
    more = encode(OUTBOX, (rows[limit - 1].wanted_at, rows[limit - 1].id)) if len(rows) > limit else ""
    return TouchesOut(touches=[_told(one, TouchOut) for one in rows[:limit]], next=more)


@router.get("/members/{member}/inbox", auth=VIEW, response={200: InboxOut, **FAULTS}, summary="The inbox of a member")
def inbox(
    request: HttpRequest, member: str, cursor: str = Query("", max_length=400), limit: int = Query(50, ge=1, le=MAX_PAGE)
) -> InboxOut:
    """Messages of the member centre. 404 `member.unknown`."""
    number = numbered(member)
    rows = queries.letters(number, position(INBOX, cursor, limit))
    more = encode(INBOX, (rows[limit - 1].at, rows[limit - 1].id)) if len(rows) > limit else ""
    return InboxOut(unread=queries.unread(number), messages=[_told(one, LetterOut) for one in rows[:limit]], next=more)


@router.post("/members/{member}/inbox/{uuid:message}/read", auth=EDIT, response={200: LetterOut, **FAULTS}, summary="A message was opened")
def read(request: HttpRequest, member: str, message: UUID) -> Any:
    """The member opened it: the first time counts, so it takes no key. 404 `message.unknown`."""
    number = numbered(member)
    if not services.read_message(number, message, now=utc_now()):
        raise Refusal("message.unknown", "there is no such message")
    return _told(queries.letter(number, message), LetterOut)


def _told(one: Any, schema: type[Schema]) -> Any:
    return schema(**{name: getattr(one, name) for name in schema.model_fields})
