"""Tags of the member centre's pages: signs (small drawings), days and times in a person's words."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from siyu.portal import words

register = template.Library()
register.filter("m_signed", words.signed)

# one path each, drawn on a grid of 24
SIGNS = {
    "card": "M3 6h18v12H3zM3 10h18M7 15h4",
    "points": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5l1.4 3 3.1.4-2.3 2.2.6 3.2-2.8-1.6-2.8 1.6.6-3.2-2.3-2.2 3.1-.4z",
    "check": "M4 5h16v15H4zM4 9h16M8 3v4M16 3v4M8.5 14.5l2.5 2.5 4.5-4.5",
    "gift": "M3 9h18v4H3zM5 13v8h14v-8M12 9v12M12 9c-2-5-7-4-5.5-1.2C7.3 9 12 9 12 9zM12 9c2-5 7-4 5.5-1.200C16.7 9 12 9 12 9z",
    "me": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4.4 3.6-7 8-7s8 2.6 8 7",
    "back": "M15 5l-7 7 7 7",
    "next": "M9 5l7 7-7 7",
    "tier": "M4 18h16M4 18L3 8l5 4 4-7 4 7 5-4-1 10",
    "benefit": "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-4.5",
    "task": "M9 6h12M9 12h12M9 18h12M3.5 6l1 1 2-2M3.5 12l1 1 2-2M3.5 18l1 1 2-2",
    "badge": "M12 3a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM8.5 14L7 21l5-2.5 5 2.5-1.5-7",
    "order": "M5 7h14l-1 14H6zM9 10V6a3 3 0 0 1 6 0v4",
    "plan": "M4 6h16v12H4zM4 10.500h16M14 15h3",
    "privacy": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.500v2.5",
    "device": "M7 3h10v18H7zM11 18h2",
    "say": "M4 5h16v11H9l-5 4z",
}


@register.simple_tag
def sign(name: str) -> SafeString:
    """A small drawing that says nothing to screen readers; the words stand beside it."""
    path = SIGNS.get(name, SIGNS["card"])
    return format_html('<svg class="sign" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>', mark_safe(path))  # noqa: S308


@register.filter
def m_day(value: date | datetime | None) -> str:
    """A day in a `<time>`: `5 May`, `5月5日`."""
    if value is None:
        return ""
    shown = words.day_words(value, timezone.localtime().date())
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.filter
def m_plain_day(value: date) -> str:
    """A day where no element may stand: in an option."""
    return words.day_words(value, timezone.localtime().date())


@register.filter
def m_month(value: date) -> str:
    """`May 2026` or `2026年5月`."""
    return words.month_words(value)


@register.filter
def m_time(value: datetime | None) -> str:
    """The time of day."""
    return "" if value is None else timezone.localtime(value).strftime("%H:%M")


@register.filter
def m_moment(value: datetime | None) -> str:
    """A day and a time of day."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    shown = f"{words.day_words(value, timezone.localtime().date())} {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.inclusion_tag("portal/parts/empty.html")
def nothing(title: Any, advice: Any = "", url: str = "", action: Any = "", sign: str = "card") -> dict[str, Any]:
    """Nothing to show: why, and what to do next."""
    return {"title": title, "advice": advice, "url": url, "action": action, "sign": sign}
