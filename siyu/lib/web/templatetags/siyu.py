"""Filters and tags of pages: `{% load siyu %}`."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from siyu.lib.web import formats
from siyu.lib.web.dates import PRESETS, DateRange

register = template.Library()
register.filter("money", formats.money)
register.filter("number", formats.number)
register.filter("compact", formats.compact)
register.filter("percent", formats.percent)
register.filter("day", formats.day)


@register.filter
def instant(value: Any) -> str:
    """An instant as a `<time>` in the business's zone."""
    if value is None:
        return formats.ABSENT
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.instant(value))


@register.simple_tag
def either(value: Any, kind: str) -> str:
    """A number or an amount in full, and in short where the screen is narrow: `{% either cell.buyers "number" %}`."""
    full, short = _WIDE[kind](value), _NARROW[kind](value)
    return format_html('<span class="d-none d-md-inline">{}</span><span class="d-md-none" title="{}">{}</span>', full, full, short)


_WIDE = {"number": formats.number, "money": formats.money}
_NARROW = {"number": formats.compact, "money": formats.compact_money}


@register.filter
def may(viewer: Any, permission: str) -> bool:
    """`{% if viewer|may:"members.export" %}`."""
    return bool(viewer and viewer.may(permission))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A Tabler icon that says nothing to screen readers; the words stand beside it."""
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def badge(text: Any, colour: str = "secondary") -> SafeString:
    """A word in a pill."""
    return format_html('<span class="badge bg-{}-lt">{}</span>', colour, text) if text else SafeString("")


@register.inclusion_tag("web/parts/masked.html")
def masked(value: str, reveal_url: str = "") -> dict[str, Any]:
    """A personal value as this viewer may see it; with `reveal_url` a button asks for the whole (and is audited there)."""
    return {"value": value, "reveal_url": reveal_url}


@register.inclusion_tag("web/parts/figure.html")
def figure(one: Any) -> dict[str, Any]:
    """A card with one number (`charts.Figure`)."""
    return {"figure": one}


@register.inclusion_tag("web/parts/chart.html", takes_context=True)
def chart(context: RequestContext, one: Any) -> dict[str, Any]:
    """A card with picture, table and CSV (`charts.Chart`). The page loads `web/charts.js` through the block `scripts`."""
    from siyu.lib.money import minor_digits
    from siyu.lib.web.business import business

    return {"chart": one, "request": context.get("request"), "digits": minor_digits(business().currency), "currency": business().currency}


@register.inclusion_tag("web/parts/heat.html", takes_context=True)
def heat(context: RequestContext, one: Any) -> dict[str, Any]:
    """A card with a shaded table and CSV (`charts.Heat`)."""
    return {"heat": one, "request": context.get("request")}


@register.inclusion_tag("web/parts/date_range.html", takes_context=True)
def date_range(context: RequestContext, chosen: DateRange) -> dict[str, Any]:
    """The range form: presets, two dates, and the reason when they were refused."""
    presets = [(name, title) for name, (_, title) in PRESETS.items()]
    return {"chosen": chosen, "presets": presets, "request": context.get("request")}


@register.inclusion_tag("web/parts/pager.html", takes_context=True)
def pager(context: RequestContext, page: Any) -> dict[str, Any]:
    """Previous and next of a `keyset.Page`."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("web/parts/tabs.html")
def tabs(entries: Any) -> dict[str, Any]:
    """Tabs of a page (`parts.Tab`)."""
    return {"tabs": entries}


@register.inclusion_tag("web/parts/timeline.html")
def timeline(moments: Any) -> dict[str, Any]:
    """What happened, newest first (`parts.Moment`)."""
    return {"moments": moments}


@register.inclusion_tag("web/parts/copy.html")
def copyable(value: str) -> dict[str, Any]:
    """A value with a button that copies it."""
    return {"value": value}


@register.inclusion_tag("web/empty.html")
def empty(title: str, advice: str = "", url: str = "", action: str = "", icon: str = "mood-empty") -> dict[str, Any]:
    """Nothing to show: why, and what to do about it."""
    return {"title": title, "advice": advice, "url": url, "action": action, "icon": icon}
