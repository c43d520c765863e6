"""Small things pages are made of: tabs, moments of a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a page: a link, so that it can be sent to a colleague."""

    title: Words
    url: str
    is_active: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, in a timeline: newest first."""

    at: datetime
    title: Words
    detail: Words = ""
    icon: str = "point"
    colour: str = "blue"
    url: str = ""
    badge: Words = ""
    facts: Sequence[tuple[Words, str]] = ()  # (name, value) pairs shown below
