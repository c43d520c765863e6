"""How a page of the member centre is drawn: its frame, the bar at its foot, the ways to the other pages."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from siyu.lib.web.language import THEME_COOKIE, THEMES

from . import queries

Words = str | Promise


class Way(NamedTuple):
    """A way to a page: its url's name, its words, its sign."""

    name: str
    title: Words
    sign: str

    @property
    def url(self) -> str:
        return reverse(f"m:{self.name}")


TABS = (
    Way("home", pgettext_lazy("tab", "Card"), "card"),
    Way("points", pgettext_lazy("tab", "Points"), "points"),
    Way("check-in", pgettext_lazy("tab", "Check-in"), "check"),
    Way("mall", pgettext_lazy("tab", "Mall"), "gift"),
    Way("me", pgettext_lazy("tab", "Me"), "me"),
)
TILES = (
    Way("benefits", gettext_lazy("My benefits"), "benefit"),
    Way("tasks", gettext_lazy("My tasks"), "task"),
    Way("honours", gettext_lazy("My honours"), "badge"),
    Way("orders", gettext_lazy("My orders"), "order"),
)
ROWS = (
    Way("inbox", gettext_lazy("My messages"), "say"),
    Way("orders", gettext_lazy("My orders"), "order"),
    Way("redemptions", gettext_lazy("My redemptions"), "gift"),
    Way("tier", gettext_lazy("My tier"), "tier"),
    Way("benefits", gettext_lazy("My benefits"), "benefit"),
    Way("plans", gettext_lazy("Paid membership"), "plan"),
    Way("tasks", gettext_lazy("My tasks"), "task"),
    Way("honours", gettext_lazy("My honours"), "badge"),
    Way("profile", gettext_lazy("My details"), "me"),
    Way("consents", gettext_lazy("What I agree to"), "say"),
    Way("privacy", gettext_lazy("Privacy"), "privacy"),
    Way("devices", gettext_lazy("My devices"), "device"),
)


def show(request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """A page: `tab` names the part of the bottom bar that is open. Without a choice of theme the page follows the device."""
    member = getattr(request, "member", None)
    theme = request.COOKIES.get(THEME_COOKIE, "")
    frame = {
        "member": member,
        "own_theme": theme if theme in THEMES else "",
        "farewell": queries.farewell(member.id) if member else None,
        "here": request.get_full_path(),
        "own_tabs": TABS,
        "own_tiles": TILES,
        "own_rows": ROWS,
    }
    return render(request, f"portal/{template}.html", {**frame, **(context or {})}, status=status)
