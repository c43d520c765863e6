"""The first page: the card with its code, points, tier, and the ways to everything else."""

from io import BytesIO

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from siyu.loyalty.queries import balances
from siyu.members.services import card_code
from siyu.touches.queries import unread

from ..access import MemberRequest, member_only
from .parts import show
from .tier import progress_of


@member_only
def home(request: MemberRequest) -> HttpResponse:
    """The card."""
    member = request.member
    purse = balances([member.id], request.now).get(member.id, {}).get("points")
    context = {"tab": "home", "purse": purse, "progress": progress_of(member.id, request.now), **_code(request)}
    context["unread"] = unread(member.id)
    return show(request, "home", context)


@member_only
def code(request: MemberRequest) -> HttpResponse:
    """The code alone: what the card's script fetches."""
    return render(request, "portal/parts/code.html", _code(request))


@member_only
def me(request: MemberRequest) -> HttpResponse:
    """Everything about me: profile, orders, consents, privacy, devices, language."""
    return show(request, "me", {"tab": "me"})


def _code(request: MemberRequest) -> dict[str, object]:
    text = card_code(request.member.id, request.now)
    groups = [text[start : start + 4] for start in range(0, len(text), 4)]
    return {"qr": qr(text), "card_code": " ".join(groups), "shown_at": request.now}


def qr(text: str) -> SafeString:
    """A QR code as an inline drawing, dark on light whatever the theme: scanners need it."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=6, border=2, light="#fff", omitsize=True
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - drawn from a code of our own alphabet
