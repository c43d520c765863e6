"""What pages need of the business to speak its words: currency, time zone, name. The kit asks for it through wiring."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from siyu.lib.wired import imported, table

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Business:
    """The merchant as pages show it: `currency` (ISO 4217), `zone` of business days and of every time on screen."""

    name: str = ""
    currency: str = "CNY"
    zone: ZoneInfo = UTC


NOBODY = Business()
_current: ContextVar[Business] = ContextVar("business", default=NOBODY)


def business() -> Business:
    """The merchant of the request being answered."""
    return _current.get()


def speak_for(merchant: Business) -> None:
    """Show money and times of this thread as this merchant's."""
    _current.set(merchant)
    timezone.activate(merchant.zone)


@lru_cache(maxsize=4)
def wired(name: str) -> Callable:
    """The function that `wiring.<name>` points to."""
    return imported(table(name))


def business_words(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: `wiring.BUSINESS` tells currency and zone once per request."""

    def respond(request: HttpRequest) -> HttpResponse:
        speak_for(wired("BUSINESS")())
        return get_response(request)

    return respond
