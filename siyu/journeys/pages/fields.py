"""The terms of steps, triggers, entry, exits and the goal as inputs of a form, and back; made from their structs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from siyu.audiences import queries as audiences
from siyu.facts.words import fact_choices
from siyu.lib.web import terms as kit
from siyu.lib.web.parts import Words
from siyu.lib.web.terms import Book, Choices, Input, Sent
from siyu.members import queries as members
from siyu.touches.queries import templates

from ..queries import callable_journeys
from ..rules.definition import AudienceExit, Entry, FactExit, Goal
from ..steps import steps
from ..triggers import triggers
from . import words
from .boxes import SPECIALS

Told = dict[str, Any]
MESSAGES = ("email", "sms", "inbox")
MEDIA: dict[str, tuple[str, ...]] = {"touch": MESSAGES, "staff_task": ("task",), "webhook": ("webhook",)}
RARE = ("priority", "keep_hours", "salt")  # inputs that few need: folded away
EXITS = {"fact": FactExit, "audience": AudienceExit}


class Switch(NamedTuple):
    """A step that says one thing or another: how it is asked, and the fields of each, of which the first says that it is meant."""

    label: Words
    choices: Choices
    fields: Mapping[str, Sequence[str]]

    def chosen(self, told: Told) -> str:
        said = [choice for choice, (first, *_) in self.fields.items() if told.get(first) not in (None, "", [])]
        return said[0] if said else next(iter(self.fields))

    def others(self, choice: str) -> set[str]:
        return {field for other, fields in self.fields.items() if other != choice for field in fields}


SWITCHES = {
    "wait_until": Switch(
        words.AWAITS,
        words.AWAITED,
        {
            "fact": ("fact", "where", "same"),
            "audience": ("audience", "edge"),
            "any": ("any",),
        },
    ),
    "until_date": Switch(words.DATE_OF, words.DATES, {"property": ("property",), "trait": ("trait",)}),
}


def _templates(media: tuple[str, ...]) -> Choices:
    return [(one.code, one.name) for one in templates() if one.medium in media]


def _audiences() -> Choices:
    return [(str(number), name) for number, name in sorted(audiences.names().items(), key=lambda one: one[1])]


def _book(kind: str = "") -> Book:
    offers: dict[str, Callable[[], Choices]] = {
        "audience": _audiences,
        "template": lambda: _templates(MEDIA.get(kind, MESSAGES)),
        "journey": lambda: list(callable_journeys().items()),
        "weekdays": lambda: words.WEEKDAYS,
        "weekday": lambda: words.WEEKDAYS,
    }
    more = {"date": words.DATE_LABELS, "wait_until": words.WAIT_LABELS, "until_date": words.UNTIL_LABELS}
    return Book(
        labels={**words.LABELS, **more.get(kind, {})},
        choices={**words.CHOICES, **(words.DATE_CHOICES if kind in ("date", "until_date") else {})},
        offers=offers,
        suggested=("fact", "trait", "tags"),
        many=("weekdays",),
        integers=("weekdays",),
        redraws=("every", "how"),
        widgets={"time": "time"},
        specials=SPECIALS,
    )


def suggestions(today: date) -> dict[str, Choices]:
    """What lists of suggestions hold, by input."""
    return {
        "fact": fact_choices(audiences.fact_names(today)),
        "trait": [(name, name) for name in audiences.trait_names()],
        "tags": [(name, name) for name, _colour, _count in members.all_tags()],
        "categories": audiences.category_names(),
    }


# --- forms ---


def of_step(kind: str, told: Told, what: str = "") -> list[Input]:
    """The inputs of a step; `what` is chosen just now, of a step that says one thing or another: those of the choice come first."""
    made = [one for one in kit.inputs(steps()[kind].Terms, told, "p", _book(kind)) if one.field != "next"]
    switch = SWITCHES.get(kind)
    if switch is None:
        return made
    what = what if what in switch.fields else switch.chosen(told)
    chooser = Input("p:what", switch.label, "choice", what, switch.choices, redraws=True)
    shown = [one for one in made if one.field not in switch.others(what)]
    return [chooser, *sorted(shown, key=lambda one: one.field not in switch.fields[what])]


def of_trigger(told: Told) -> list[Input]:
    """The kind of the trigger, and the inputs of that kind."""
    kind = told.get("kind") if told.get("kind") in triggers() else "fact"
    chooser = Input(
        "p:kind", words.LABELS["fact"], "choice", kind, [(one, module.TITLE) for one, module in triggers().items()], redraws=True
    )
    made = kit.inputs(triggers()[str(kind)].Terms, told, "p", _book(str(kind)))
    hidden = {"week": ("day",), "month": ("weekday",)}.get(told.get("every", "day"), ("day", "weekday")) if kind == "schedule" else ()
    return [chooser, *(one for one in made if one.field not in hidden)]


def of_entry(told: Told) -> list[Input]:
    hidden = {"once": ("by", "again_after_days", "at_once"), "many": ("by",)}.get(told.get("how", "once"), ())
    return [one for one in kit.inputs(Entry, told, "p", _book()) if one.field not in hidden]


def of_goal(told: Told) -> list[Input]:
    return kit.inputs(Goal, told, "p", _book())


def of_exits(told: list[Told]) -> list[tuple[int, str, str, list[Input]]]:
    """For each exit its number, its kind, its title and its inputs."""
    return [
        (place, kind, str(words.EXITS[kind]), kit.inputs(EXITS[kind], one, f"p.{place}", _book()))
        for place, one in enumerate(told)
        if (kind := str(one.get("kind"))) in EXITS
    ]


# --- and back ---


def read_step(kind: str, sent: Sent) -> Told:
    told: Told = {"step": kind, **kit.read(steps()[kind].Terms, sent, "p", _book(kind))}
    others = SWITCHES[kind].others(sent.get("p:what", "")) if kind in SWITCHES else ()
    return {name: value for name, value in told.items() if name not in others}


def read_trigger(sent: Sent) -> Told:
    kind = sent.get("p:kind", "fact")
    return {"kind": kind, **kit.read(triggers()[kind].Terms, sent, "p", _book(kind))} if kind in triggers() else {"kind": kind}


def read_entry(sent: Sent) -> Told:
    return kit.read(Entry, sent, "p", _book())


def read_goal(sent: Sent) -> Told:
    return kit.read(Goal, sent, "p", _book())


def read_exits(sent: Sent, many: int) -> list[Told]:
    kinds = [(place, sent.get(f"p.{place}:kind", "")) for place in range(many)]
    return [{"kind": kind, **kit.read(EXITS[kind], sent, f"p.{place}", _book())} for place, kind in kinds if kind in EXITS]


# --- buttons of the form ---


def acted(told: Told, act: str) -> Told:
    """Terms after a button was pressed: `ways.add`, `arms.remove.1`, `arms.even`."""
    field, _dot, rest = act.partition(".")
    verb, _dot, place = rest.partition(".")
    rows = list(told.get(field) or [])
    if verb == "add" and field == "ways":
        rows.append({"name": _letter(rows), "rule": {"condition": "audience"}})
    elif verb == "add" and field == "any":
        rows.append({"name": _letter(rows), "fact": "order.paid"})
    elif verb == "add" and field == "arms":
        rows.append({"name": _letter(rows), "weight": 0})
    elif verb == "remove" and place.isdigit() and int(place) < len(rows):
        del rows[int(place)]
    elif verb == "even" and rows:
        left = 10_000 - int(told.get("hold_out") or 0)
        rows = [{**row, "weight": left // len(rows) + (left % len(rows) if not at else 0)} for at, row in enumerate(rows)]
    else:
        return told
    return {**told, field: rows}


def _letter(rows: list[Mapping[str, Any]]) -> str:
    taken = {row.get("name") for row in rows}
    return next(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in taken)
