"""What every page's frame needs: navigation the viewer may use, language, theme, open alarms, badges of the data."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from siyu.lib.wired import table

from .business import business, wired
from .language import theme_of


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu."""

    title: str
    url: str
    icon: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the menu: its title and lines; open when one of them is the page shown."""

    title: str
    items: tuple[Item, ...]


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor of every page. What asks the database is lazy, so that bare pages ask nothing."""
    viewer = getattr(request, "viewer", None)
    return {
        "viewer": viewer,
        "business": business(),
        "theme": theme_of(request),
        "languages": settings.LANGUAGES,
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "frame": SimpleLazyObject(lambda: wired("FRAME")(request)) if viewer else {},
    }


def navigation(request: HttpRequest) -> list[Group]:
    """The groups of `wiring.NAVIGATION` with the pages this viewer may open; the longest matching address is active."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return []
    lines = [line for line in table("NAVIGATION") if not line[3] or viewer.may(line[3])]
    urls = {line[2]: reverse(line[2]) for line in lines}
    active = max((url for url in urls.values() if _covers(url, request.path)), key=len, default="")
    return [
        Group(gettext(title), tuple(Item(gettext(line[1]), urls[line[2]], line[4], urls[line[2]] == active) for line in members))
        for title, members in groupby(lines, key=lambda line: line[0])
    ]


def _covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
