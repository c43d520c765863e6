"""The terms of a condition as inputs of a form: made from the condition's own struct, so that a new condition needs no page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext

from siyu.facts.filters import form as filters
from siyu.facts.filters.tree import BARE, LISTED, TEXT
from siyu.facts.words import fact_choices
from siyu.lib.web import terms as kit
from siyu.lib.web.terms import Book, Choices, Input, Sent, Special, scalar
from siyu.members import queries as members
from siyu.members.rules import KINDS
from siyu.merchant.queries import staff_names, store_names

from .. import queries
from ..conditions import conditions, kinds
from ..conditions.stage import PLACES
from ..rules import Window
from ..words import CHANNELS, PURPOSES, STAGES, Words
from .labels import CHOICES, WINDOWS, labels_of

MAX_STEPS = 4


def _named(pairs: Mapping[Any, Any]) -> Choices:
    return [(str(key), title) for key, title in pairs.items()]


# what an input that names something offers, by the `input` of its field
OFFERS: dict[str, Callable[[], Choices]] = {
    "purpose": lambda: _named(PURPOSES),
    "consent_channel": lambda: _named(CHANNELS),
    "identity_kinds": lambda: [(kind.name, gettext(kind.title)) for kind in KINDS.values()],
    "stages": lambda: [(stage, STAGES[stage]) for stages in PLACES.values() for stage in stages],
    "scores": lambda: [(str(score), str(score)) for score in range(1, 6)],
    "audience": lambda: [(str(number), name) for number, name in sorted(queries.names().items(), key=lambda one: one[1])],
    "list": lambda: _named(queries.list_names()),
    "stores": lambda: _named(store_names()),
    "assistants": lambda: _named(staff_names()),
}


def suggestions(today: date) -> dict[str, Choices]:
    """What lists of suggestions hold, by input."""
    return {
        "fact": fact_choices(queries.fact_names(today)),
        "trait": [(name, name) for name in queries.trait_names()],
        "tags": [(name, name) for name, _colour, _count in members.all_tags()],
        "categories": queries.category_names(),
    }


def kinds_offered() -> list[tuple[str, Words]]:
    """The kinds of condition with their titles."""
    return [(kind, module.TITLE) for kind, module in conditions().items()]


def inputs(kind: str, terms: Mapping[str, Any], prefix: str) -> list[Input]:
    """The inputs of a condition, filled with what its terms say; what happened comes before how often and when."""
    if kind == "trait" and terms.get("op") not in TEXT:
        terms = {**terms, **{name: _typed(terms[name]) for name in ("value", "to") if name in terms}}
    made = kit.inputs(kinds()[kind], terms, prefix, replace(BOOK, labels=labels_of(kind)))
    made = _of_clock(made, terms.get("clock") or next(iter(PLACES))) if kind == "stage" else made
    return sorted(made, key=lambda one: one.field not in ("fact", "where"))


def _typed(value: Any) -> Any:
    """A value so that `terms` reads it back as it was."""
    return '""' if value == "" else kit.written(value)


def _of_clock(made: list[Input], clock: str) -> list[Input]:
    """The stages of one clock only; rungs alone are reached for good."""
    kept = [one for one in made if one.field != "reached" or clock == "ladder"]
    stages = [(stage, STAGES[stage]) for stage in PLACES.get(clock, ())]
    return [replace(one, choices=stages) if one.field == "stages" else one for one in kept]


def terms(kind: str, sent: Sent, prefix: str) -> dict[str, Any]:
    """The terms of a condition as its inputs say; a value follows its comparison: a list, none, or one that has an upper end."""
    told: dict[str, Any] = {"condition": kind, **kit.read(kinds()[kind], sent, prefix, BOOK)}
    if told.get("op") in LISTED and isinstance(told.get("value"), str):
        told["value"] = kit.scalars(told["value"])
    elif isinstance(told.get("value"), str) and told.get("op") not in TEXT:
        told["value"] = scalar(told["value"])
    if kind == "stage":
        told["stages"] = [stage for stage in told["stages"] if stage in PLACES.get(told.get("clock", ""), ())]
        told = {name: value for name, value in told.items() if name != "reached" or told.get("clock") == "ladder"}
    if told.get("op") in BARE:
        told.pop("value", None)
    if told.get("op") != "between":
        told.pop("to", None)
    elif isinstance(told.get("to"), str):
        told["to"] = scalar(told["to"])
    return told


# --- a window of time ---


def _window_parts(value: Mapping[str, Any] | None, name: str) -> dict[str, Any]:
    value = value or {}
    form = next((form for form in ("last_days", "last_hours", "last_minutes") if value.get(form) is not None), "")
    if value.get("at_least_days_ago") is not None or value.get("at_most_days_ago") is not None:
        form = "older" if value.get("at_most_days_ago") is None else "ago"
    if value.get("from_day") is not None or value.get("to_day") is not None:
        form = "between"
    first = value.get(form) if form.startswith("last") else value.get("at_least_days_ago")
    return {
        "form": form,
        "forms": WINDOWS,
        "first": "" if first is None else first,
        "second": "" if (most := value.get("at_most_days_ago")) is None else most,
        "from": value.get("from_day") or "",
        "to": value.get("to_day") or "",
    }


def _read_window(sent: Sent, name: str) -> dict[str, Any]:
    form, first, second = (
        sent.get(name, ""),
        scalar(sent.get(f"{name}:first", "").strip()),
        scalar(sent.get(f"{name}:second", "").strip()),
    )
    told: dict[str, Any] = {
        "last_days": {"last_days": first},
        "last_hours": {"last_hours": first},
        "last_minutes": {"last_minutes": first},
        "ago": {"at_least_days_ago": first, "at_most_days_ago": second},
        "older": {"at_least_days_ago": first},
        "between": {"from_day": sent.get(f"{name}:from", ""), "to_day": sent.get(f"{name}:to", "")},
    }.get(form, {})
    filled = {key: value for key, value in told.items() if value != ""}
    return filled or told  # a window that is not filled in is not all of time: the check names it


# --- a sequence of facts ---


def _steps(value: Sequence[Mapping[str, Any]] | None, name: str) -> list[dict[str, Any]]:
    value = value or []
    rows = [*value, *[{}] * max(2 - len(value), 0)]
    rows = [*rows, {}] if value and len(rows) < MAX_STEPS else rows
    return [
        {"name": f"{name}:{place}", "fact": step.get("fact", ""), "where": filters.parts(step.get("where"), f"{name}:{place}:where")}
        for place, step in enumerate(rows[:MAX_STEPS])
    ]


def _read_steps(sent: Sent, name: str) -> list[dict[str, Any]]:
    return [
        {"fact": fact} | ({"where": where} if (where := filters.read(sent, f"{name}:{place}:where")) else {})
        for place in range(MAX_STEPS)
        if (fact := sent.get(f"{name}:{place}:fact", "").strip())
    ]


BOOK = Book(
    choices=CHOICES,
    offers=OFFERS,
    suggested=("fact", "trait", "tags", "skus", "categories"),
    many=("identity_kinds", "stages", "scores", "stores", "assistants"),
    integers=("scores", "stores", "assistants"),
    redraws=("clock",),
    widgets={"day": "date"},
    specials={
        "filter": filters.FILTER,
        Window: Special("audiences/parts/window.html", _window_parts, _read_window, "window"),
        "steps": Special("audiences/parts/steps.html", _steps, _read_steps, "steps"),
    },
)
