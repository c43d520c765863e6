"""How a fact reads: its title in the reader's language, its properties with personal values masked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from siyu.facts.catalogue import BY_NAME
from siyu.lib.crypto import mask
from siyu.lib.web.formats import money
from siyu.members.queries import TOKEN, personal_values
from siyu.touches.rules.media import MEDIA

from .words import ACTIVITIES, CONSENT_CHANNELS, POOL_STAGES, PURPOSES, RUNGS, title

CLOCKS = {
    "pool": (_("Pool stage"), POOL_STAGES),
    "activity": (_("Purchase activity"), ACTIVITIES),
    "ladder": (_("Relationship ladder"), RUNGS),
}
MAX_TEXT = 300  # characters of a value on screen
Plain = dict[str, tuple[str, str]]


def move_in_words(name: str, properties: dict[str, Any]) -> str:
    """`Purchase activity: Drowsy → Active` for a move of a clock; empty for other facts."""
    clock = CLOCKS.get(str(properties.get("clock"))) if name == "stage.changed" else None
    if clock is None:
        return ""
    before, after = (title(clock[1], str(properties.get(end) or "")) for end in ("from", "to"))
    return f"{clock[0]}: {before} → {after}" if before else f"{clock[0]}: {after}"


@dataclass(frozen=True, slots=True)
class Names:
    """What audiences, journeys and tiers are called, as a fact tells of them."""

    audiences: Mapping[str, str]
    journeys: Mapping[str, str]
    tiers: Mapping[str, str]


def in_words(name: str, properties: dict[str, Any], names: Names) -> str:
    """What a fact that the house makes tells of a person, by names; empty for other facts, whose properties say it."""
    told = {key: str(value) for key, value in properties.items() if isinstance(value, str | int)}
    match name.partition(".")[0]:
        case "audience":
            return names.audiences.get(told.get("audience", ""), "")
        case "journey":
            return names.journeys.get(told.get("journey", ""), "")
        case "touch":
            medium = MEDIA.get(told.get("medium", ""))
            return _joined(gettext(medium.title) if medium else "", PURPOSES.get(told.get("purpose", "")))
        case "consent":
            return _joined(PURPOSES.get(told.get("purpose", "")), CONSENT_CHANNELS.get(told.get("channel", "")))
        case "tier":
            ends = (names.tiers.get(told.get(end, ""), "") for end in ("from", "to"))
            return " → ".join(filter(None, ends))
    return move_in_words(name, properties)


def _joined(*words: Promise | str | None) -> str:
    """All of these words; nothing where one of them is not known."""
    return " · ".join(map(str, words)) if all(words) else ""


def values_behind(properties: Iterable[dict[str, Any]]) -> Plain:
    """Kind and plain value of every token in these properties, in one SELECT."""
    return personal_values([token for one in properties for token in _tokens(one)])


def fact_url(occurred_at: datetime, fact_id: int) -> str:
    """A fact's page: its instant (in microseconds) says in which partition it lies."""
    return reverse("fact", args=[round(occurred_at.timestamp() * 1_000_000), fact_id])


def pairs(fact: str, properties: dict[str, Any], plain: Plain, limit: int = 100) -> list[tuple[str, str]]:
    """(name, value) in the catalogue's order: nested ones as `traits.city`, money as money, tokens as what stands behind them, masked."""
    known = BY_NAME.get(fact)
    order = {declared.name: place for place, declared in enumerate(known.properties)} if known else {}
    sorted_ones = dict(sorted(properties.items(), key=lambda one: order.get(one[0], len(order))))
    return list(islice(_pairs("", sorted_ones, plain), limit))


def shown(name: str, value: Any, plain: Plain) -> str:
    """One value."""
    if value is None:
        return "—"
    if isinstance(value, str) and value.startswith(TOKEN):
        kind, text = plain.get(value, ("", ""))
        return mask(kind, text) if text else value
    if name.endswith("_minor") and isinstance(value, int):
        return money(value)
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return ngettext("%(count)s line", "%(count)s lines", len(value)) % {"count": len(value)}
    if isinstance(value, list):
        value = ", ".join(shown(name, one, plain) for one in value)
    return str(value)[:MAX_TEXT]


def _pairs(prefix: str, properties: dict[str, Any], plain: Plain) -> Iterable[tuple[str, str]]:
    for name, value in properties.items():
        if isinstance(value, dict):
            yield from _pairs(f"{prefix}{name}.", value, plain)
        else:
            yield f"{prefix}{name}", shown(name, value, plain)


def _tokens(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        if value.startswith(TOKEN):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _tokens(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _tokens(inner)
