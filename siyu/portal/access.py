"""Who looks at the member centre: the member's own cookie, and the guards that every page wears exactly one of.

Staff sessions mean nothing here, and a member's session nothing in the console: the cookies have different names and paths.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal

from . import queries, services
from .drawing import show
from .queries import Visitor
from .rules import SESSION_LIFE
from .services.sessions import key_of

COOKIE = "siyu_member"
PATH = "/m/"
MEMBER = "portal.member"  # what tests read on a page: no role of the staff has it
Page = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request as a member's page gets it."""

    member: Visitor
    now: datetime


def member_only(page: Page) -> Page:
    """Guard of a member's page: the cookie of a session that holds; everybody else goes to the log-in and comes back."""

    @wraps(page)
    def enter(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        _speak(request)
        now = utc_now()
        token = request.COOKIES.get(COOKIE, "")
        seen = queries.visitor(key_of(token), now) if token else None
        if seen is None:
            return _to_log_in(request)
        if not isinstance(seen, Visitor):  # joined a moment ago
            return private(show(request, "waiting", status=202))
        request.member, request.now = seen, now  # type: ignore[attr-defined]
        response = private(_answered(page, request, *args, **named))
        if services.slide(seen.session_id, seen.seen_at, now):
            keep(response, token)
        return response

    enter.required_permission = MEMBER  # type: ignore[attr-defined]
    return enter


def anyone(page: Page) -> Page:
    """Guard of the few pages of the member centre that need no session; `request.member` is there when there is one."""

    @wraps(page)
    def enter(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        _speak(request)
        now = utc_now()
        token = request.COOKIES.get(COOKIE, "")
        seen = queries.visitor(key_of(token), now) if token else None
        request.member, request.now = seen if isinstance(seen, Visitor) else None, now  # type: ignore[attr-defined]
        return private(_answered(page, request, *args, **named))

    enter.required_permission = None  # type: ignore[attr-defined]
    return enter


def keep(response: HttpResponseBase, token: str) -> None:
    """Lay a session's token in the browser, for the pages of the member centre alone."""
    assert isinstance(response, HttpResponse)
    response.set_cookie(
        COOKIE,
        token,
        int(SESSION_LIFE.total_seconds()),
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponseBase) -> None:
    """Take the token out of the browser."""
    assert isinstance(response, HttpResponse)
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")


def private(response: HttpResponseBase) -> HttpResponseBase:
    """Nothing of a member's page is kept by a browser or on the way."""
    patch_cache_control(response, private=True, no_store=True)
    return response


def _answered(page: Page, request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
    """The page, or words and a way back where there is none, or where a service refused."""
    try:
        return page(request, *args, **named)
    except Http404:
        return show(request, "fault", {"because": gettext("It may be gone, or it is not yours."), "code": "http.404"}, 404)
    except Refusal as refusal:
        return show(request, "fault", {"because": refusal.told(gettext), "code": refusal.code}, 400)


def _speak(request: HttpRequest) -> None:
    """The language of the cookie: that of a staff member who is logged in beside it is not the member's."""
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    translation.activate(language)
    request.LANGUAGE_CODE = language


def _to_log_in(request: HttpRequest) -> HttpResponse:
    here = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("m:home")
    query = "" if here == reverse("m:home") else "?" + urlencode({"next": here})
    response = HttpResponseRedirect(reverse("m:log-in") + query)
    if COOKIE in request.COOKIES:
        forget(response)
    return response
