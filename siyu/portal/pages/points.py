"""Points in plain words, and for each entry why: what happened, by which rule, what came of it."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.urls import reverse

from siyu.lib.web.keyset import decode, encode
from siyu.loyalty.queries import balances, expiring, why_points
from siyu.loyalty.queries.units import unit_names
from siyu.merchant.queries import today

from ..access import MemberRequest, member_only
from ..entries import line_of, story_of
from ..words import last_day
from .parts import show

PAGE = 30
SOON = timedelta(days=45)
UNIT = "points"


@member_only
def points(request: MemberRequest) -> HttpResponse:
    """The purse and its entries, newest first."""
    member, cursor = request.member, request.GET.get("cursor", "")
    before = decode("m-points", cursor).key if cursor else None
    reasons = why_points(member.id, PAGE + 1, units=[UNIT], **({"before": before[0]} if before else {}))
    older = encode("m-points", (reasons[PAGE - 1].id,)) if len(reasons) > PAGE else ""
    day = today(request.now)
    context = {
        "tab": "points",
        "purse": balances([member.id], request.now).get(member.id, {}).get(UNIT),
        "lines": [line_of(reason, day) for reason in reasons[:PAGE]],
        "expiring": _expiring(request),
        "older": older,
        "is_older": bool(cursor),
    }
    return show(request, "points", context)


def _expiring(request: MemberRequest) -> dict[str, object] | None:
    """What expires first within the next weeks, and its last day."""
    found = expiring([request.member.id], UNIT, request.now, request.now + SOON).get(request.member.id)
    return {"amount": found[1], "day": last_day(found[0], today(request.now))} if found else None


@member_only
def why(request: MemberRequest, entry: int) -> HttpResponse:
    """One entry of the member's own: the fact, the rule, the result."""
    reasons = why_points(request.member.id, 1, before=entry + 1)
    if not reasons or reasons[0].id != entry:
        raise Http404
    unit = unit_names().get(reasons[0].unit, reasons[0].unit)
    context = {"tab": "points", "back_url": reverse("m:points"), "story": story_of(reasons[0], today(request.now), unit)}
    return show(request, "why", context)
