"""A member's rights: the switch of recommendations, a copy of everything, deletion after a time to think again, devices."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from siyu.lib.refusal import Refusal
from siyu.loyalty.queries import balances
from siyu.merchant.queries import settings_book, today

from .. import queries, services
from ..access import MemberRequest, forget, member_only
from ..words import said
from .door import WAYS
from .parts import done, in_a_moment, show
from .profile import wants_recommendations


@member_only
def privacy(request: MemberRequest) -> HttpResponse:
    """What a member may ask for."""
    member = request.member
    copies = queries.copies(member.id, request.now)
    context = {
        "tab": "me",
        "back_url": reverse("m:me"),
        "wants_recommendations": wants_recommendations(member.id, today(request.now)),
        "copies": copies,
        "is_waiting": any(copy.state == "waiting" for copy in copies),
    }
    return show(request, "privacy", context)


@member_only
@require_POST
def ask_copy(request: MemberRequest) -> HttpResponse:
    """Ask for a copy; the worker prepares it."""
    member = request.member

    def ask() -> None:
        key = services.ask_copy(member.actor, member.handle, now=request.now)
        in_a_moment(lambda: any(copy.key == key and copy.state != "waiting" for copy in queries.copies(member.id, request.now)))

    return done(request, "m:privacy", ask)


@member_only
@require_GET
def take_copy(request: MemberRequest, key: UUID) -> HttpResponse:
    """The file, for its owner, for a day."""
    try:
        content = services.open_copy(request.member.actor, request.member.id, key, now=request.now)
    except Refusal:
        raise Http404 from None
    name = f"my-data-{today(request.now)}.zip"
    return HttpResponse(content, content_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@member_only
@require_http_methods(["GET", "HEAD", "POST"])
def farewell(request: MemberRequest) -> HttpResponse:
    """Ask to be forgotten, or take it back; the page says first what goes and what stays."""
    member = request.member
    if request.method == "POST":
        return _decided(request)
    context = {
        "tab": "me",
        "back_url": reverse("m:privacy"),
        "wish": queries.farewell(member.id),
        "is_farewell": True,
        "purse": balances([member.id], request.now).get(member.id, {}).get("points"),
        "days": settings_book().value("portal.cooling_off_days", today(request.now)),
    }
    return show(request, "farewell", context)


def _decided(request: MemberRequest) -> HttpResponse:
    member = request.member
    if "stay" in request.POST:
        stays = gettext_lazy("Welcome back: nothing will be deleted.")
        return done(request, "m:privacy", lambda: services.withdraw_farewell(member.actor, now=request.now), stays)
    if "sure" in request.POST:
        return done(request, "m:farewell", lambda: services.ask_farewell(member.actor, member.handle, now=request.now))
    messages.error(request, gettext("Tick the box if you are sure."))
    return redirect("m:farewell")


@member_only
@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: MemberRequest) -> HttpResponse:
    """Where the member is signed in; sign out one device, all others, or everywhere."""
    member = request.member
    if request.method == "POST":
        return _sign_out(request)
    rows = [(one, said(WAYS, one.way), one.id == member.session_id) for one in queries.devices(member.id, request.now)]
    return show(request, "devices", {"tab": "me", "back_url": reverse("m:me"), "rows": rows})


def _sign_out(request: MemberRequest) -> HttpResponse:
    member, which = request.member, request.POST.get("device", "")
    if which == "everywhere":
        services.end_session(member.actor, member.id, now=request.now)
        response = redirect("m:log-in")
        forget(response)
        return response
    if which == "others":
        return done(
            request,
            "m:devices",
            lambda: services.end_session(member.actor, member.id, but=member.session_id, now=request.now),
            gettext_lazy("Every other device is signed out."),
        )
    if not which.isdecimal() or len(which) > 18:
        raise Http404
    return done(
        request,
        "m:devices",
        lambda: services.end_session(member.actor, member.id, session_id=int(which), now=request.now),
        gettext_lazy("The device is signed out."),
    )
