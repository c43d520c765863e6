"""Alarms as a person meets them: in words, with the page where each is solved."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

from siyu.lib.sql import statements
from siyu.merchant.rules import Viewer

_sql = statements("siyu.console", "frame")
LIMIT = 20

# code (or its part before the dot) → title, page that solves it, words of the button, permission that page needs
WORDS: dict[str, tuple[str, str, str, str]] = {
    "pump.stopped": (gettext_noop("The pump stands still"), "quarantine", gettext_noop("Look at what stopped it"), "facts.view"),
    "pump": (gettext_noop("The pump needs attention"), "quarantine", gettext_noop("Open the quarantine"), "facts.view"),
    "quarantine": (gettext_noop("Facts wait in quarantine"), "quarantine", gettext_noop("Open the quarantine"), "facts.view"),
    "import": (gettext_noop("An import failed"), "imports", gettext_noop("Open the imports"), "imports.run"),
    "partitions": (gettext_noop("The log needs partitions"), "facts", gettext_noop("Open the facts"), "facts.view"),
}
UNKNOWN = (gettext_noop("Something needs attention"), "alarms", gettext_noop("Open"), "facts.view")


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """One open alarm: what, since when, and the button that leads where it is solved."""

    code: str
    title: str
    message: str
    raised_at: datetime
    url: str
    action: str


def alarms_for(viewer: Viewer) -> list[OpenAlarm]:
    """The newest open alarms whose solving page this viewer may open."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.open_alarms, {"limit": LIMIT})
        rows = cursor.fetchall()
    return [_alarm(code, message, at, words) for code, message, at in rows if _may(viewer, words := _words(code))]


def _words(code: str) -> tuple[str, str, str, str]:
    return WORDS.get(code) or WORDS.get(code.partition(".")[0]) or UNKNOWN


def _may(viewer: Viewer, words: tuple[str, str, str, str]) -> bool:
    return not words[3] or viewer.may(words[3])


def _alarm(code: str, message: str, at: datetime, words: tuple[str, str, str, str]) -> OpenAlarm:
    title, page, action, _ = words
    return OpenAlarm(code, gettext(title), message, at, _address(page), gettext(action))


def _address(page: str) -> str:
    try:
        return reverse(page)
    except NoReverseMatch:  # the room that solves it has no page in this installation
        return "/"
