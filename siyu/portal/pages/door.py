"""Log in by code or link, join, log out; language and theme."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from siyu.facts.rules import Handle
from siyu.lib.refusal import Refusal
from siyu.lib.web.address import address_of
from siyu.lib.web.forms import applied
from siyu.lib.web.language import THEME_COOKIE, remember
from siyu.members.services import Choice
from siyu.merchant.queries import settings_book, today

from .. import queries, services
from ..access import COOKIE, PATH, anyone, forget, keep
from ..rules import JOIN_WITHIN, device_of, fits_target
from ..services import SignedIn
from ..words import CHANNELS
from .parts import show

CHALLENGE = "siyu_code"  # the cookie of a code that was asked for
MARKETING = tuple((channel, CHANNELS[channel]) for channel in ("inbox", "wecom", "sms", "email", "webhook"))


class AskForm(forms.Form):
    to = forms.CharField(
        label=gettext_lazy("Mobile number or e-mail"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "email", "autofocus": True}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Six-digit code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class JoinForm(forms.Form):
    nickname = forms.CharField(
        label=gettext_lazy("What may we call you?"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    marketing = forms.MultipleChoiceField(
        label=gettext_lazy("News and offers, by"), choices=MARKETING, required=False, widget=forms.CheckboxSelectMultiple
    )
    notice = forms.BooleanField(label=gettext_lazy("I have read the privacy notice and agree to it"))


@anyone
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for a code; what the page says is the same for members and for others."""
    if getattr(request, "member", None):
        return redirect(_target(request))
    form, challenges = AskForm(request.POST or None), []

    def ask() -> None:
        language = get_language() or settings.LANGUAGE_CODE
        challenges.append(services.ask_code(form.cleaned_data["to"], address=address_of(request), language=language, now=_now(request)))

    if request.method == "POST" and applied(form, ask):
        response = redirect(_with_next(request, "m:code"))
        response.set_cookie(CHALLENGE, challenges[0].hex, int(JOIN_WITHIN.total_seconds()), **_COOKIE)
        return response
    status = 429 if any(error.code == "code.wait" for error in form.non_field_errors().as_data()) else 200
    return show(request, "log_in", {"form": form, "next": _next(request), "contact": _setting(request, "portal.contact")}, status)


@anyone
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code: members are in, newcomers are asked to join."""
    challenge = _challenge(request)
    if challenge is None:
        return redirect(_with_next(request, "m:log-in"))
    form, proven = CodeForm(request.POST or None), []
    if request.method == "POST" and applied(
        form, lambda: proven.append(services.prove(challenge, form.cleaned_data["code"], now=_now(request)))
    ):
        return _enter(request, proven[0])
    is_dead = any(error.code == "code.expired" for error in form.non_field_errors().as_data())
    return show(request, "code", {"form": form, "next": _next(request), "is_dead": is_dead, "is_demo": settings.DEVELOPER_CODES})


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """A newcomer with a proven phone reads the notice, chooses, and is a member; or is told how to become one."""
    challenge = _challenge(request)
    proof = services.proof_of_newcomer(challenge, _now(request)) if challenge else None
    if challenge is None or proof is None:
        return redirect(_with_next(request, "m:log-in"))
    form, opened = JoinForm(request.POST or None), []

    def enter() -> None:
        typed = form.cleaned_data
        consents = [Choice("marketing", channel, True) for channel in typed["marketing"]]
        arrival = {name: value for name in ("channel", "code") if (value := request.POST.get(name, ""))}
        opened.append(
            services.join(
                [proof],
                nickname=typed["nickname"],
                consents=consents,
                notice_read=typed["notice"],
                way="code",
                device=_device(request),
                now=_now(request),
                challenge=challenge,
                **arrival,
            )
        )

    if request.method == "POST" and applied(form, enter):
        return _welcome(request, opened[0], _target(request))
    is_open = _setting(request, "portal.open_joining")
    context = {"form": form, "next": _next(request), "is_open": is_open, "contact": _setting(request, "portal.contact")}
    return show(request, "join", context)


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """A link's page: opening it uses nothing up, the button does. A dead link says so and offers the log-in."""
    if request.method == "POST":
        try:
            signed_in, target = services.follow_link(token, device=_device(request), now=_now(request))
        except Refusal as refusal:
            return show(request, "enter", {"because": refusal.told(gettext)}, 410)
        return _welcome(request, signed_in, target or reverse("m:home"))
    if not services.link_is_good(token, _now(request)):
        return show(request, "enter", {"because": gettext("this link was used already or is too old; ask for a new one")}, 410)
    return show(request, "enter", {"is_good": True})


@anyone
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session of this browser."""
    member = getattr(request, "member", None)
    if member:
        services.sign_out(request.COOKIES.get(COOKIE, ""), member.actor, _now(request))
    response = redirect("m:log-in")
    forget(response)
    return response


@anyone
def notice(request: HttpRequest) -> HttpResponse:
    """The privacy notice: the merchant's own words, or what is true of every installation."""
    words = {"own_words": _setting(request, "portal.privacy_notice"), "contact": _setting(request, "portal.contact")}
    return show(request, "notice", {"tab": "me", **words})


@anyone
def codes(request: HttpRequest) -> HttpResponse:
    """The developer page: codes on their way. It exists only where `SIYU_DEVELOPER_CODES=1` says so."""
    if not settings.DEVELOPER_CODES:
        raise Http404
    return show(request, "codes", {"codes": queries.shown_codes(_now(request))})


@anyone
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """An address that does not exist."""
    raise Http404


@anyone
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme of this browser; the theme "device" follows the device again."""
    theme = request.POST.get("theme", "")
    response = redirect(_target(request))
    remember(response, language=request.POST.get("language", ""), theme=theme)
    if theme == "device":
        response.delete_cookie(THEME_COOKIE)
    return response


_COOKIE: dict[str, Any] = {"path": PATH, "secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": "Lax"}
WAYS = {
    "code": pgettext_lazy("way in", "by code"),
    "link": pgettext_lazy("way in", "by link"),
    "mini_program": pgettext_lazy("way in", "mini-program"),
    "wecom": pgettext_lazy("way in", "WeCom"),
}


def _enter(request: HttpRequest, proof: Handle) -> HttpResponse:
    signed_in = services.sign_in([proof], way="code", device=_device(request), now=_now(request))
    return redirect(_with_next(request, "m:join")) if signed_in is None else _welcome(request, signed_in, _target(request))


def _welcome(request: HttpRequest, signed_in: SignedIn, target: str) -> HttpResponse:
    rotate_token(request)  # a form planted before is worth nothing now
    response = redirect(target)
    keep(response, signed_in.token)
    response.delete_cookie(CHALLENGE, path=PATH, samesite="Lax")
    return response


def _challenge(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.COOKIES.get(CHALLENGE, ""))
    except ValueError:
        return None


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if fits_target(wanted) else ""


def _target(request: HttpRequest) -> str:
    return _next(request) or reverse("m:home")


def _with_next(request: HttpRequest, name: str) -> str:
    passed = {"next": _next(request), **{key: request.GET.get(key, "")[:60] for key in ("channel", "code")}}
    query = urlencode({key: value for key, value in passed.items() if value})
    return f"{reverse(name)}?{query}" if query else reverse(name)


def _device(request: HttpRequest) -> str:
    return device_of(request.headers.get("User-Agent", ""))


def _now(request: HttpRequest) -> Any:
    return request.now  # type: ignore[attr-defined]


def _setting(request: HttpRequest, name: str) -> Any:
    return settings_book().value(name, today(_now(request)))
