"""What the templates of audiences need beside the page kit."""

from collections.abc import Mapping
from typing import Any

from django import template

from siyu.facts.words import fact_title

register = template.Library()
register.filter("fact_title", fact_title)


@register.filter
def at(found: Mapping[str, Any], key: str) -> Any:
    """The value of a key, or an empty text."""
    return found.get(key, "") if found else ""
