"""What the merchant decides about touching people, and the gate's policy that follows from it."""

from datetime import time, timedelta
from typing import Any
from urllib.parse import urlsplit

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


def _caps(value: Any) -> str | None:
    for cap in value:
        if not isinstance(cap, dict) or not set(cap) <= {"limit", "window", "days", "hours", "medium", "purpose"}:
            return gettext_noop('caps such as {"limit": 2, "window": "week", "medium": "sms", "purpose": "marketing"}')
        if not (type(cap.get("limit")) is int and 0 < cap["limit"] <= 1_000):
            return gettext_noop("a limit is a whole number from 1 to 1000")
        if not _is_window(cap):
            return gettext_noop("a window is day, week or month, or days or hours with their whole number, at most 90 days")
        if cap.get("medium", "any") not in (*MEDIA, "any") or cap.get("purpose", "any") not in (*PURPOSES, "any"):
            return gettext_noop("no such medium or purpose")
    return None if len(value) <= 20 else gettext_noop("at most 20 caps")


def _is_window(cap: dict[str, Any]) -> bool:
    days, hours = cap.get("days", 1), cap.get("hours", 1)
    are_whole = type(days) is int and type(hours) is int and 0 < days <= MAX_DAYS and 0 < hours <= 24 * MAX_DAYS
    window = cap.get("window", "day")
    return are_whole and (window in WINDOWS or (window in ("days", "hours") and window in cap))


def _quiet(value: Any) -> str | None:
    if not value:
        return None
    shown = [time.fromisoformat(value["start"]), time.fromisoformat(value["end"])]
    ok = set(value) == {"start", "end", "then"} and value["then"] in ("defer", "drop") and not any(wall.tzinfo for wall in shown)
    return None if ok else gettext_noop('{"start": "21:00", "end": "09:00", "then": "defer"}, or {} for none')


def _purposes(value: Any) -> str | None:
    """A purpose that is misspelt here would need no consent."""
    return None if all(purpose in PURPOSES for purpose in value) else gettext_noop("no such purpose")


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
        check=_caps,
    ),
    Setting(
        "touches.quiet_hours",
        dict,
        {"start": "21:00", "end": "09:00", "then": "defer"},
        "Quiet hours on the member's own clock",
        check=_quiet,
    ),
    Setting("touches.opt_in", list, ["marketing", "personalisation"], "Purposes that need a member's consent first", check=_purposes),
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
    return Cap(
        cap["limit"],
        cap.get("window", "day"),
        cap.get("hours", 24),
        cap.get("medium", "any"),
        cap.get("purpose", "any"),
        cap.get("days", 7),
    )
