"""The language of a page: the one the person chose (cookie), else Chinese; never what the browser happens to prefer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

THEME_COOKIE = "siyu_theme"
THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600


def chosen_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that activates the chosen language for the request."""

    def respond(request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = get_response(request)
        response.setdefault("Content-Language", translation.get_language() or language)  # a log-in's own choice comes later
        patch_vary_headers(response, ("Cookie",))
        return response

    return respond


def remember(response: HttpResponse, *, language: str = "", theme: str = "") -> None:
    """Set the cookies of a choice; words that are no language or theme of ours are ignored."""
    secure = settings.SESSION_COOKIE_SECURE
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, YEAR, samesite="Lax", secure=secure, httponly=True)
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, YEAR, samesite="Lax", secure=secure, httponly=True)


def theme_of(request: HttpRequest) -> str:
    """`light` or `dark`: what the person's account says, else the cookie."""
    viewer = getattr(request, "viewer", None)
    wanted = viewer.theme if viewer else request.COOKIES.get(THEME_COOKIE, "")
    return wanted if wanted in THEMES else "light"
