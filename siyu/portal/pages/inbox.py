"""What was written to a member: the inbox, and one message. Opening a message counts as opened, once."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse

from siyu.lib.web.files import file_response
from siyu.lib.web.keyset import Position, decode, encode
from siyu.touches.queries import file_of_letter, files_of_letter, letter, letters
from siyu.touches.services import read_message

from ..access import MemberRequest, member_only
from .parts import show

PAGE = 30
ORDER = "m-inbox"


@member_only
def inbox(request: MemberRequest) -> HttpResponse:
    """Messages, newest first."""
    cursor = request.GET.get("cursor", "")
    rows = letters(request.member.id, decode(ORDER, cursor, PAGE + 1) if cursor else Position(limit=PAGE + 1))
    older = encode(ORDER, (rows[PAGE - 1].at, rows[PAGE - 1].id)) if len(rows) > PAGE else ""
    context = {"tab": "me", "back_url": reverse("m:me"), "rows": rows[:PAGE], "older": older, "is_older": bool(cursor)}
    return show(request, "inbox", context)


@member_only
def message(request: MemberRequest, touch: UUID) -> HttpResponse:
    """One message of the member's own, as plain words: its addresses can be followed, its HTML is for mail programs."""
    found = letter(request.member.id, touch)
    if found is None:
        raise Http404
    if found.read_at is None and request.method == "GET":
        read_message(request.member.id, touch, now=request.now)
    return show(
        request, "message", {"tab": "me", "back_url": reverse("m:inbox"), "own": found, "files": files_of_letter(request.member.id, touch)}
    )


@member_only
def file(request: MemberRequest, touch: UUID, number: int) -> HttpResponse:
    """A file that came with a message of the member's own."""
    found = file_of_letter(request.member.id, touch, number)
    if found is None:
        raise Http404
    return file_response(found.name, found.media_type, found.content)
