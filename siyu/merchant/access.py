"""Who is looking: middleware that sets `request.viewer`, and the guards that every page wears exactly one of."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext

from siyu.lib.web.errors import error

from .models import Staff, Store
from .rules import PERMISSIONS, PERMISSIONS_KNOWN, Reach, Role, Viewer, scope_of

Page = Callable[..., HttpResponseBase]


class PageRequest(HttpRequest):
    """A request as a guarded page gets it: `viewer` is who looks."""

    viewer: Viewer


BACKEND = "siyu.merchant.access.StaffBackend"


class StaffBackend(BaseBackend):
    """Finds the staff member of a session. It checks no password: `services.admit` does, and counts; `Viewer` alone says who may what."""

    def get_user(self, user_id: int) -> Staff | None:
        return Staff.objects.filter(pk=user_id, archived_at=None).first()


def identify(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: `request.viewer` is the logged-in staff member as a `Viewer`, or None; pages then speak their language."""

    def respond(request: HttpRequest) -> HttpResponse:
        viewer = viewer_of(request.user) if request.user.is_authenticated else None
        request.viewer = viewer  # type: ignore[attr-defined]
        if viewer is not None:
            translation.activate(viewer.language)
            request.LANGUAGE_CODE = viewer.language
        return get_response(request)

    return respond


def viewer_of(staff: Staff) -> Viewer:
    """A staff member as pages and queries know them: permissions of the role, scope with the region resolved to its stores."""
    role, reach = Role(staff.role), Reach(staff.reach)
    stores = (
        tuple(Store.objects.filter(region_id=staff.region_id).values_list("pk", flat=True))
        if reach is Reach.REGION and staff.region_id
        else ()
    )
    return Viewer(
        id=staff.pk,
        name=staff.name,
        role=role,
        permissions=PERMISSIONS[role],
        scope=scope_of(reach, staff.pk, staff.store_id, stores),
        username=staff.username,
        language=staff.language,
        theme=staff.theme,
    )


def requires(permission: str) -> Callable[[Page], Page]:
    """Guard of a page: only a viewer with this permission enters. Anonymous visitors go to the log-in, others get a 403 page."""
    if permission not in PERMISSIONS_KNOWN:
        raise ValueError(f"no role has the permission {permission!r}")

    def guard(page: Page) -> Page:
        @wraps(page)
        def enter(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            viewer = seen(request)
            if viewer is None:
                return _to_login(request)
            if not viewer.may(permission):
                because = gettext("Your role lacks the permission %(permission)s; ask an owner.") % {"permission": permission}
                return error(request, 403, because, "access.forbidden")
            return page(request, *args, **named)

        return _marked(enter, permission)

    return guard


def any_staff(page: Page) -> Page:
    """Guard of a page that every logged-in staff member may use (`required_permission` is empty)."""

    @wraps(page)
    def enter(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        return page(request, *args, **named) if seen(request) else _to_login(request)

    return _marked(enter, "")


def public(page: Page) -> Page:
    """Marks a page that anyone may see (`required_permission` is None)."""
    return _marked(page, None)


def seen(request: HttpRequest) -> Viewer | None:
    """Who looks, where nobody may: on public pages."""
    return getattr(request, "viewer", None)


def _marked(page: Page, permission: str | None) -> Page:
    page.required_permission = permission  # type: ignore[attr-defined]
    return page


def _to_login(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):  # the fragment's page, not the fragment, is where to come back to
        here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        return HttpResponse(status=401, headers={"HX-Redirect": _login_url(here)})
    here = request.get_full_path() if request.method in ("GET", "HEAD") else _came_from(request)
    return HttpResponseRedirect(_login_url(here))


def _came_from(request: HttpRequest) -> str:
    """The page of ours on which a form stood: what was sent from it can be typed or taken up there again."""
    page = urlsplit(request.headers.get("Referer", ""))
    return f"{page.path}?{page.query}".rstrip("?") if page.netloc == request.get_host() and page.path else "/"


def _login_url(back_to: str) -> str:
    return settings.LOGIN_URL if back_to == "/" else f"{settings.LOGIN_URL}?{urlencode({'next': back_to})}"
