"""Rules in words: of windows, facts and filters, in the reader's language."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from siyu.facts.filters.form import WORDS
from siyu.facts.words import fact_title

from .rules import Window


def fact_words(name: str, where: dict[str, Any]) -> str:
    """A fact with its filter."""
    said = filter_words(where)
    return gettext("“%(fact)s” where %(filter)s") % {"fact": fact_title(name), "filter": said} if said else f"“{fact_title(name)}”"


def filter_words(where: dict[str, Any]) -> str:
    """A property filter on one line."""
    if not where:
        return ""
    if "property" in where:
        return f"{where['property']} {WORDS[where['op']]} {_value(where.get('value'))}".rstrip()
    if "not" in where:
        return gettext("not (%(inner)s)") % {"inner": filter_words(where["not"])}
    word = "all" if "all" in where else "any"
    joint = f" {gettext('and')} " if word == "all" else f" {gettext('or')} "
    return f"({joint.join(filter_words(each) for each in where[word])})" if len(where[word]) > 1 else filter_words(where[word][0])


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return listed(str(each) for each in value[:10]) + (" …" if len(value) > 10 else "")
    return str(value)


def listed(words: Iterable[str]) -> str:
    """Things one after another, parted as the reader's language parts them."""
    return pgettext("list", ", ").join(words)


def window_words(window: Window) -> str:
    """A window, with a comma before it; empty for all time."""
    said = window_said(window)
    return gettext(", %(window)s") % {"window": said} if said else ""


def window_said(window: Window) -> str:
    """The same alone."""
    if window.last_days is not None:
        return ngettext("in the last %(days)s day", "in the last %(days)s days", window.last_days) % {"days": window.last_days}
    if window.last_hours is not None:
        return ngettext("in the last %(hours)s hour", "in the last %(hours)s hours", window.last_hours) % {"hours": window.last_hours}
    if window.last_minutes is not None:
        return ngettext("in the last %(minutes)s minute", "in the last %(minutes)s minutes", window.last_minutes) % {
            "minutes": window.last_minutes
        }
    if window.at_least_days_ago is not None and window.at_most_days_ago is not None:
        return gettext("%(near)s to %(far)s days ago") % {"near": window.at_least_days_ago, "far": window.at_most_days_ago}
    if window.at_least_days_ago is not None:
        return gettext("at least %(days)s days ago") % {"days": window.at_least_days_ago}
    if window.at_most_days_ago is not None:
        return gettext("at most %(days)s days ago") % {"days": window.at_most_days_ago}
    if window.from_day is not None and window.to_day is not None:
        return gettext("from %(from)s to %(to)s") % {"from": window.from_day, "to": window.to_day}
    if window.from_day is not None:
        return gettext("since %(day)s") % {"day": window.from_day}
    if window.to_day is not None:
        return gettext("until %(day)s") % {"day": window.to_day}
    return ""
