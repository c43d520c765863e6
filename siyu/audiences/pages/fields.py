"""The terms of a condition as inputs of a form: made from the condition's own struct, so that a new condition needs no page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from siyu.facts.filters.tree import BARE, LISTED, OPS
from siyu.members import queries as members
from siyu.members.rules import KINDS
from siyu.merchant.queries import staff_names, store_names

from .. import queries
from ..conditions import conditions
from ..conditions.stage import PLACES
from ..rules import Window
from ..words import CHANNELS, PURPOSES, STAGES, Words
from .labels import CHOICES, LABELS, WINDOWS, Choices

MAX_STEPS = 4


@dataclass(frozen=True, slots=True)
class Input:
    """One input as the template draws it: `kind` chooses how; `value` is what stands in it."""

    name: str
    label: Words
    kind: str
    value: Any = ""
    choices: Choices = ()
    options: str = ""  # the id of a list of suggestions
    low: Any = None
    high: Any = None
    parts: Any = None
    is_required: bool = False

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(":", "-").replace(".", "-")


def _named(pairs: Mapping[Any, Any]) -> Choices:
    return [(str(key), title) for key, title in pairs.items()]


# what an input that names something offers, by the `input` of its field
OFFERS: dict[str, Callable[[], Choices]] = {
    "purpose": lambda: _named(PURPOSES),
    "consent_channel": lambda: _named(CHANNELS),
    "identity_kinds": lambda: [(kind.name, kind.title) for kind in KINDS.values()],
    "stages": lambda: [(stage, STAGES[stage]) for stages in PLACES.values() for stage in stages],
    "scores": lambda: [(str(score), str(score)) for score in range(1, 6)],
    "audience": lambda: [(str(number), name) for number, name in sorted(queries.names().items(), key=lambda one: one[1])],
    "list": lambda: _named(queries.list_names()),
    "stores": lambda: _named(store_names()),
    "assistants": lambda: _named(staff_names()),
}
SUGGESTED = ("fact", "trait", "tags", "skus", "categories")  # inputs with a list of suggestions
MANY = ("identity_kinds", "stages", "scores", "stores", "assistants")
INTEGERS = ("scores", "stores", "assistants")


def suggestions(today: date) -> dict[str, Choices]:
    """What lists of suggestions hold, by input."""
    from siyu.facts.catalogue import KNOWN

    titles = {known.name: known.title for known in KNOWN}
    facts = list(dict.fromkeys([*queries.fact_names(today), *titles]))
    return {
        "fact": [(name, titles.get(name, name)) for name in facts],
        "trait": [(name, name) for name in queries.trait_names()],
        "tags": [(name, name) for name, _colour, _count in members.all_tags()],
        "categories": queries.category_names(),
    }


def kinds_offered() -> list[tuple[str, Words]]:
    """The kinds of condition with their titles."""
    return [(kind, module.TITLE) for kind, module in conditions().items()]


def inputs(kind: str, terms: Mapping[str, Any], prefix: str) -> list[Input]:
    """The inputs of a condition, filled with what its terms say; what happened comes before how often and when."""
    made = [_input(field, terms.get(field.name, _default(field)), prefix) for field in _fields(kind)]
    return sorted(made, key=lambda one: one.name.rpartition(":")[2] not in ("fact", "where"))


def _fields(kind: str) -> tuple[Any, ...]:
    return msgspec.inspect.type_info(conditions()[kind].Terms).fields  # type: ignore[attr-defined]


def _default(field: Any) -> Any:
    return None if field.default is msgspec.NODEFAULT else msgspec.to_builtins(field.default)


def _hint(field: Any) -> tuple[str, Any]:
    """The `input` of a field, and its type without what it is wrapped in."""
    of, hint = field.type, ""
    while isinstance(of, msgspec.inspect.Metadata):
        hint = (of.extra_json_schema or {}).get("input", hint)
        of = of.type
    if isinstance(of, msgspec.inspect.UnionType):
        single = [each for each in of.types if not isinstance(each, msgspec.inspect.NoneType)]
        of = single[0] if len(single) == 1 else of
        while isinstance(of, msgspec.inspect.Metadata):
            hint = (of.extra_json_schema or {}).get("input", hint)
            of = of.type
    return hint, of


def _input(field: Any, value: Any, prefix: str) -> Input:
    hint, of = _hint(field)
    name, label, required = f"{prefix}:{field.name}", LABELS.get(field.name, field.name), field.required
    if hint == "filter":
        return Input(name, label, "filter", value or {}, parts=_filter_parts(value or {}, name))
    if isinstance(of, msgspec.inspect.StructType) and of.cls is Window:
        return Input(name, label, "window", value or {}, WINDOWS, parts=_window_parts(value or {}))
    if field.name == "steps":
        return Input(name, label, "steps", value or [], parts=_steps(value or [], name))
    if hint in MANY:
        return Input(name, label, "many", [str(each) for each in value or []], OFFERS[hint]())
    if hint in OFFERS:
        return Input(name, label, "choice", str(value or ""), [("", "—"), *OFFERS[hint]()], is_required=required)
    if isinstance(of, msgspec.inspect.LiteralType):
        return Input(name, label, "choice", value, [(str(each), CHOICES.get(str(each), str(each))) for each in of.values])
    if isinstance(of, msgspec.inspect.BoolType):
        return Input(name, label, "flag", bool(value))
    if isinstance(of, msgspec.inspect.IntType):
        return Input(name, label, "number", "" if value is None else value, low=of.ge, high=of.le, is_required=required)
    shown = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else value
    return Input(name, label, "text", shown, options=hint if hint in SUGGESTED else "", is_required=required)


def _window_parts(value: Mapping[str, Any]) -> dict[str, Any]:
    form = next((form for form in ("last_days", "last_hours") if value.get(form) is not None), "")
    if value.get("at_least_days_ago") is not None or value.get("at_most_days_ago") is not None:
        form = "older" if value.get("at_most_days_ago") is None else "ago"
    if value.get("from_day") or value.get("to_day"):
        form = "between"
    first = value.get(form) if form.startswith("last") else value.get("at_least_days_ago")
    return {
        "form": form,
        "first": "" if first is None else first,
        "second": value.get("at_most_days_ago") or "",
        "from": value.get("from_day") or "",
        "to": value.get("to_day") or "",
    }


def _filter_parts(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Up to three tests that all hold; a filter of another form is shown as it is written."""
    tests = value.get("all", [value] if value else [])
    is_simple = all(isinstance(test, dict) and "property" in test for test in tests) and len(tests) <= 3
    rows = [*tests, {}] if is_simple and len(tests) < 3 else tests
    return {
        "rows": [
            {
                "name": f"{name}:{place}", "property": test.get("property", ""), "op": test.get("op", "eq"),
                "value": ", ".join(map(str, test["value"])) if isinstance(test.get("value"), list) else _text(test.get("value")),
            }
            for place, test in enumerate(rows)
        ] if is_simple else [],
        "json": "" if is_simple else msgspec.json.encode(value).decode(),
        "ops": [(op, CHOICES.get(op, op)) for op in OPS],
    }  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else msgspec.json.encode(value).decode() if isinstance(value, bool) else str(value)


def _steps(value: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    rows = [*value, *[{}] * max(2 - len(value), 0)]
    rows = [*rows, {}] if value and len(rows) < MAX_STEPS else rows
    return [
        {"name": f"{name}:{place}", "fact": step.get("fact", ""), "where": _filter_parts(step.get("where", {}), f"{name}:{place}:where")}
        for place, step in enumerate(rows[:MAX_STEPS])
    ]


# --- and back: from what was sent to terms ---


def terms(kind: str, sent: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The terms of a condition as its inputs say; what is empty is left out, what is no number stays a text for the check to name."""
    told: dict[str, Any] = {"condition": kind}
    for field in _fields(kind):
        value = _read(field, sent, f"{prefix}:{field.name}")
        if value not in (None, "", {}) and not (value == [] and not field.required):
            told[field.name] = value
    if told.get("op") in LISTED and isinstance(told.get("value"), str):
        told["value"] = [_scalar(part) for part in split(told["value"])]
    elif "value" in told and isinstance(told["value"], str):
        told["value"] = _scalar(told["value"])
    if told.get("op") in BARE:
        told.pop("value", None)
    if told.get("op") != "between":
        told.pop("to", None)
    elif isinstance(told.get("to"), str):
        told["to"] = _scalar(told["to"])
    return told


def _read(field: Any, sent: Any, name: str) -> Any:
    hint, of = _hint(field)
    if hint == "filter":
        return _read_filter(sent, name)
    if isinstance(of, msgspec.inspect.StructType) and of.cls is Window:
        return _read_window(sent, name)
    if field.name == "steps":
        return [
            {"fact": fact} | ({"where": where} if (where := _read_filter(sent, f"{name}:{place}:where")) else {})
            for place in range(MAX_STEPS)
            if (fact := sent.get(f"{name}:{place}:fact", "").strip())
        ]
    if hint in MANY:
        return [_scalar(value) if hint in INTEGERS else value for value in sent.getlist(name)]
    if isinstance(of, msgspec.inspect.BoolType):
        return bool(sent.get(name)) or None
    text = sent.get(name, "").strip()
    if isinstance(of, msgspec.inspect.IntType):
        return _scalar(text)
    if isinstance(of, msgspec.inspect.ListType):
        return split(text)
    return text


def _read_window(sent: Any, name: str) -> dict[str, Any]:
    form, first, second = (
        sent.get(name, ""),
        _scalar(sent.get(f"{name}:first", "").strip()),
        _scalar(sent.get(f"{name}:second", "").strip()),
    )
    told: dict[str, Any] = {
        "last_days": {"last_days": first},
        "last_hours": {"last_hours": first},
        "ago": {"at_least_days_ago": first, "at_most_days_ago": second},
        "older": {"at_least_days_ago": first},
        "between": {"from_day": sent.get(f"{name}:from", ""), "to_day": sent.get(f"{name}:to", "")},
    }.get(form, {})
    return {key: value for key, value in told.items() if value != ""}


def _read_filter(sent: Any, name: str) -> Any:
    if written := sent.get(f"{name}:json", "").strip():
        try:
            return msgspec.json.decode(written)
        except msgspec.DecodeError:
            return {"property": written}  # the check says what is wrong with it
    tests = []
    for place in range(3):
        if path := sent.get(f"{name}:{place}:property", "").strip():
            op, value = sent.get(f"{name}:{place}:op", "eq"), sent.get(f"{name}:{place}:value", "").strip()
            test: dict[str, Any] = {"property": path, "op": op}
            if op in LISTED:
                test["value"] = [_scalar(part) for part in split(value)]
            elif op not in BARE:
                test["value"] = value if op in ("contains", "starts_with") else _scalar(value)
            tests.append(test)
    return {} if not tests else tests[0] if len(tests) == 1 else {"all": tests}


def split(text: str) -> list[str]:
    """A list that was typed on one line."""
    return [part for part in (each.strip() for each in text.replace("，", ",").replace("、", ",").split(",")) if part]


def _scalar(text: Any) -> Any:
    """A number, true or false when it reads as one, else the text; a quoted text stays a text."""
    if not isinstance(text, str):
        return text
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return value if isinstance(value, bool | int | float) and len(text) < 16 else text
