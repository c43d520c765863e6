"""What the merchant decides about touching people, and the gate's policy that follows from it."""

from datetime import time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop
from siyu.merchant.rules import Setting

from .gate import Cap, Policy
from .media import MEDIA
from .quiet import QuietHours
from .tasks import WHOLE

PURPOSES = {
    "marketing": gettext_noop("Marketing"),
    "service": gettext_noop("Service"),
    "personalisation": gettext_noop("Personal recommendation"),
}
WINDOWS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}
MAX_DAYS = 90
MAX_WINDOW = 90  # days within which a purchase counts
TIME = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"


class CapTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A frequency cap as the merchant writes it."""

    limit: Annotated[int, Meta(ge=1, le=1_000, title=gettext_noop("Touches at most"))]
    window: Annotated[Literal["day", "week", "month", "days", "hours"], Meta(title=gettext_noop("Within"))] = "day"
    days: Annotated[int, Meta(ge=1, le=MAX_DAYS, title=gettext_noop("How many days"), extra_json_schema={"only": {"window": "days"}})] = 7
    hours: Annotated[
        int, Meta(ge=1, le=24 * MAX_DAYS, title=gettext_noop("How many hours"), extra_json_schema={"only": {"window": "hours"}})
    ] = 24
    medium: Annotated[Literal["any", "email", "sms", "inbox", "webhook", "task"], Meta(title=gettext_noop("Medium"))] = "any"
    purpose: Annotated[Literal["any", "marketing", "service", "personalisation"], Meta(title=gettext_noop("Purpose"))] = "any"


class QuietTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Quiet hours as the merchant writes them, and what becomes of a touch in them."""

    start: Annotated[str, Meta(pattern=TIME, title=gettext_noop("Quiet from"), extra_json_schema={"input": "time"})]
    end: Annotated[str, Meta(pattern=TIME, title=gettext_noop("Quiet until"), extra_json_schema={"input": "time"})]
    then: Annotated[Literal["defer", "drop"], Meta(title=gettext_noop("Touches meanwhile"))]


CHOICES = {
    "day": gettext_noop("a calendar day"),
    "week": gettext_noop("a calendar week"),
    "month": gettext_noop("a calendar month"),
    "days": gettext_noop("calendar days"),
    "hours": gettext_noop("rolling hours"),
    "any": gettext_noop("any"),
    "defer": gettext_noop("wait until they end"),
    "drop": gettext_noop("are not sent"),
    **{name: medium.title for name, medium in MEDIA.items()},
    **PURPOSES,
}


def _address(value: Any) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    ok = parts.scheme in ("https", "http") and parts.hostname and value.isascii() and not (parts.query or parts.fragment or " " in value)
    return None if ok else gettext_noop("an address such as https://vip.example.com, or nothing")


def _share(value: Any) -> str | None:
    return None if 0 <= value <= 5_000 else gettext_noop("of 10,000 members, at most 5,000")


def _days(value: Any) -> str | None:
    return None if 1 <= value <= 60 else gettext_noop("between 1 and 60 days")


def _window(value: Any) -> str | None:
    return None if 1 <= value <= MAX_WINDOW else gettext_noop("between 1 and 90 days")


def _rate(value: Any) -> str | None:
    return None if 0 <= value <= WHOLE else gettext_noop("of 10,000, at most all of it")


SETTINGS = (
    Setting(
        "touches.caps",
        list,
        [
            {"limit": 1, "window": "day", "medium": "sms"},
            {"limit": 2, "window": "day"},
            {"limit": 5, "window": "week", "purpose": "marketing"},
        ],
        "Frequency caps: how many touches a member gets at most",
        "A touch must keep within all of them. Days, weeks and months are those of the member's own clock.",
        rows=CapTerms,
        choices=CHOICES,
    ),
    Setting(
        "touches.quiet_hours",
        dict,
        {"start": "21:00", "end": "09:00", "then": "defer"},
        "Quiet hours on the member's own clock",
        "Over midnight when the end comes first. Where a member's zone is not known, it is the business time zone.",
        rows=QuietTerms,
        choices=CHOICES,
        most=1,
    ),
    Setting("touches.opt_in", list, ["marketing", "personalisation"], "Purposes that need a member's consent first", choices=PURPOSES),
    Setting("touches.control_share", int, 0, "Global control group: of 10,000 members, how many are never touched", check=_share),
    Setting("touches.task_days", int, 3, "Days within which assistants do a task that names no end", check=_days),
    Setting(
        "touches.task_window_days",
        int,
        7,
        "Days within which a purchase after a staff task counts for its assistant",
        "The value of the day on which an order was paid holds.",
        _window,
    ),
    Setting(
        "touches.commission_rate",
        int,
        0,
        "Commission of assistants: of 10,000 of the net amount that a staff task brought",
        "The value of the day on which an order was paid holds.",
        _rate,
    ),
    Setting(
        "touches.address", str, "", "Address of this installation in links of messages, such as https://vip.example.com", check=_address
    ),
)


def policy_of(value: Any) -> Policy:
    """The policy by `value(name)`, the setting in force."""
    quiet = value("touches.quiet_hours")
    hours = QuietHours(time.fromisoformat(quiet["start"]), time.fromisoformat(quiet["end"])) if quiet else None
    return Policy(
        caps=tuple(_cap(cap) for cap in value("touches.caps")),
        quiet=hours,
        when_quiet=quiet.get("then", "defer") if quiet else "defer",
        opt_in=frozenset(value("touches.opt_in")),
        control_share=value("touches.control_share"),
    )


def longest(policy: Policy) -> timedelta:
    """How far back the gate has to look."""
    return max((_length(cap) for cap in policy.caps), default=timedelta(0)) + timedelta(days=1)


def _length(cap: Cap) -> timedelta:
    return WINDOWS.get(cap.window) or (timedelta(days=cap.days) if cap.window == "days" else timedelta(hours=cap.hours))


def _cap(cap: dict[str, Any]) -> Cap:
    told = msgspec.convert(cap, CapTerms)
    return Cap(told.limit, told.window, told.hours, told.medium, told.purpose, told.days)
