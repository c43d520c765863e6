"""The terms of a kind as inputs of a form, and back: made from the kind's own struct, so that a new kind needs no page.

A room gives a `Book`: its words, what its inputs offer, and the inputs that have several boxes. A field's struct says by
`Meta(extra_json_schema={"input": …})` which of these it wants. `web/parts/input.html` draws an `Input`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.utils.translation import gettext
from msgspec import inspect

from .parts import Words

Choices = Sequence[tuple[str, Words]]
Sent = Any  # a QueryDict: `get`, `getlist`
# what the reader of terms says (msgspec), and how we say it
_SAID: Sequence[tuple[str, Callable[[re.Match[str]], str]]] = (
    (r"missing required field", lambda found: gettext("fill this in")),
    (r"of length >= 1$", lambda found: gettext("fill this in")),
    (r"of length >= (\d+)", lambda found: gettext("no fewer than %(limit)s") % {"limit": found[1]}),
    (r"of length <= (\d+)", lambda found: gettext("no more than %(limit)s") % {"limit": found[1]}),
    (r"`int` >= (-?\d+)", lambda found: gettext("no less than %(limit)s") % {"limit": found[1]}),
    (r"`int` <= (-?\d+)", lambda found: gettext("no more than %(limit)s") % {"limit": found[1]}),
    (r"Expected `int( \| null)?`", lambda found: gettext("a whole number")),
    (r"encoded date", lambda found: gettext("choose a day")),
    (r"matching regex", lambda found: gettext("this cannot be read")),
    (r"unknown field", lambda found: gettext("nobody knows this field")),
)
_PARTING = re.compile(r"[,，、]|^\s|\s$")
_PARTS = re.compile(r'\s*"[^"]*"\s*(?=[,，、]|$)|[^,，、]+')
_PLACE = re.compile(r" - at `\$?\.?([^`]*)`$")


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
    redraws: bool = False  # a change of it changes which inputs there are
    is_focused: bool = False  # the keyboard begins here when it is drawn
    template: str = ""  # of an input with several boxes

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(":", "-").replace(".", "-")

    @property
    def field(self) -> str:
        """The name of the term."""
        return self.name.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Special:
    """An input of several boxes: `parts(value, name)` is what its template draws, `read(sent, name)` the value."""

    template: str
    parts: Callable[[Any, str], Any]
    read: Callable[[Sent, str], Any]
    kind: str = "special"


@dataclass(frozen=True, slots=True)
class Book:
    """What a room knows of its inputs; what goes by the `input` of a field goes by its name where it has none."""

    labels: Mapping[str, Words] = field(default_factory=dict)  # by name of the field
    choices: Mapping[str, Words] = field(default_factory=dict)  # by value
    offers: Mapping[str, Callable[[], Choices]] = field(default_factory=dict)
    suggested: Sequence[str] = ()  # inputs with a list of suggestions
    many: Sequence[str] = ()  # offers of which several may be chosen
    integers: Sequence[str] = ()  # offers whose values are numbers
    redraws: Sequence[str] = ()  # names of fields
    widgets: Mapping[str, str] = field(default_factory=dict)  # inputs of a kind of their own: `time`, `date`, `datetime-local`, `long`
    specials: Mapping[str | type, Special] = field(default_factory=dict)  # by input or by struct


def inputs(terms: type, told: Mapping[str, Any], prefix: str, book: Book) -> list[Input]:
    """The inputs of a struct, in its order, filled with what is told."""
    return [_input(each, told.get(each.name, _default(each)), prefix, book) for each in _fields(terms)]


def read(terms: type, sent: Sent, prefix: str, book: Book) -> dict[str, Any]:
    """What the inputs of a struct say; what is empty is left out, what is no number stays a text for the check to name."""
    told: dict[str, Any] = {}
    for each in _fields(terms):
        value = _read(each, sent, f"{prefix}:{each.name}", book)
        if value not in (None, "", {}) and not (value == [] and not each.required and not _default(each)):
            told[each.name] = value
    return told


def titles(terms: type) -> dict[str, str]:
    """The title that a struct gives each of its fields; a field without one has its name."""
    return {each.name: _title(each.type) or each.name for each in _fields(terms)}


def marked(terms: type, mark: str) -> dict[str, Any]:
    """What the fields of a struct say under a mark of their `extra_json_schema`; those that say nothing are left out."""
    return {each.name: told for each in _fields(terms) if (told := _mark(each.type, mark)) is not None}


def defaults(terms: type) -> dict[str, Any]:
    """What a struct takes where nothing is told; nothing for what it requires."""
    return {each.name: _default(each) for each in _fields(terms) if not each.required}


def said(reason: str) -> str:
    """Why terms cannot be read, as msgspec or the terms themselves say it, in the reader's language."""
    words = _PLACE.sub("", reason)
    return next((told(found) for form, told in _SAID if (found := re.search(form, words))), gettext(words))


def fault(reason: str, labels: Mapping[str, Words]) -> str:
    """The same, behind the label of the term that it is about."""
    name = _named(reason)
    return gettext("%(label)s: %(said)s") % {"label": labels.get(name, name), "said": said(reason)} if name else said(reason)


def _named(reason: str) -> str:
    """The name of the term that a reason speaks of; nothing when it speaks of them all."""
    path, missing = _PLACE.search(reason), re.search(r"missing required field `([^`]+)`", reason)
    whole = ".".join(part for part in (path[1] if path else "", missing[1] if missing else "") if part)
    return re.split(r"[.\[]", whole)[0]


def _fields(terms: type) -> tuple[Any, ...]:
    return inspect.type_info(terms).fields  # type: ignore[attr-defined]


def _default(of: Any) -> Any:
    if of.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(of.default_factory())
    return None if of.default is msgspec.NODEFAULT else msgspec.to_builtins(of.default)


def _hint(of: Any) -> tuple[str, Any]:
    """The `input` of a field (its name, when it has none), and its type without what it is wrapped in."""
    kind, hint = _bare(of.type, "")
    if isinstance(kind, inspect.UnionType):
        single = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        if len(single) == 1:
            kind, hint = _bare(single[0], hint)
    return hint or of.name, kind


def _bare(kind: Any, hint: str) -> tuple[Any, str]:
    while isinstance(kind, inspect.Metadata):
        hint = (kind.extra_json_schema or {}).get("input", hint)
        kind = kind.type
    return kind, hint


def _mark(kind: Any, mark: str) -> Any:
    if isinstance(kind, inspect.Metadata):
        told = (kind.extra_json_schema or {}).get(mark)
        return _mark(kind.type, mark) if told is None else told
    return (
        next((told for each in kind.types if (told := _mark(each, mark)) is not None), None)
        if isinstance(kind, inspect.UnionType)
        else None
    )


def _label(of: Any, book: Book) -> Words:
    """The book's word for a field, else the title that its struct gives it."""
    return book.labels.get(of.name) or _title(of.type) or of.name


def _title(kind: Any) -> str:
    if isinstance(kind, inspect.Metadata):
        return (kind.extra_json_schema or {}).get("title", "") or _title(kind.type)
    return next(filter(None, map(_title, kind.types)), "") if isinstance(kind, inspect.UnionType) else ""


def _special(book: Book, hint: str, kind: Any) -> Special | None:
    return book.specials.get(hint) or (book.specials.get(kind.cls) if isinstance(kind, inspect.StructType) else None)


def _input(of: Any, value: Any, prefix: str, book: Book) -> Input:
    hint, kind = _hint(of)
    name, label, required, redraws = f"{prefix}:{of.name}", _label(of, book), of.required, of.name in book.redraws
    if special := _special(book, hint, kind):
        return Input(name, label, special.kind, value, parts=special.parts(value, name), template=special.template)
    if hint in book.many:
        return Input(name, label, "many", [str(each) for each in value or []], book.offers[hint]())
    if isinstance(kind, inspect.ListType) and isinstance(kind.item_type, inspect.LiteralType):
        return Input(name, label, "many", [str(each) for each in value or []], _literals(kind.item_type, book))
    if hint in book.offers:
        return Input(name, label, "choice", str(value or ""), [("", "—"), *book.offers[hint]()], is_required=required, redraws=redraws)
    if isinstance(kind, inspect.LiteralType):
        return Input(name, label, "choice", value, _literals(kind, book), redraws=redraws)
    if isinstance(kind, inspect.BoolType):
        return Input(name, label, "flag", bool(value))
    if isinstance(kind, inspect.IntType):
        return Input(name, label, "number", "" if value is None else value, low=kind.ge, high=kind.le, is_required=required)
    shown = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else value
    options = hint if hint in book.suggested else ""
    return Input(name, label, book.widgets.get(hint, "text"), shown, options=options, is_required=required)


def _literals(kind: inspect.LiteralType, book: Book) -> Choices:
    """In the order of the book's words: msgspec knows none."""
    order = {value: place for place, value in enumerate(book.choices)}
    values = sorted(map(str, kind.values), key=lambda value: order.get(value, len(order)))
    return [(value, book.choices.get(value, value)) for value in values]


def _read(of: Any, sent: Sent, name: str, book: Book) -> Any:
    hint, kind = _hint(of)
    if special := _special(book, hint, kind):
        return special.read(sent, name)
    if hint in book.many or (isinstance(kind, inspect.ListType) and isinstance(kind.item_type, inspect.LiteralType)):
        return [scalar(value) if hint in book.integers else value for value in sent.getlist(name)]
    if isinstance(kind, inspect.BoolType):
        return _flag(of, sent, name)
    text = sent.get(name, "").strip()
    if isinstance(kind, inspect.IntType):
        return scalar(text)
    return split(text) if isinstance(kind, inspect.ListType) else text


def _flag(of: Any, sent: Sent, name: str) -> bool | None:
    """None says what is usual, so that terms stay short."""
    value = bool(sent.get(name))
    return None if value == (of.default if isinstance(of.default, bool) else False) else value


def split(text: str) -> list[str]:
    """A list that was typed on one line."""
    return [part for part in (each.strip() for each in text.replace("，", ",").replace("、", ",").split(",")) if part]


def scalars(text: str) -> list[Any]:
    """A list of values that was typed on one line; what stands in quotation marks is one of them, commas and all."""
    return [scalar(part.strip()) for part in _PARTS.findall(text) if part.strip()]


def scalar(text: Any) -> Any:
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


def written(value: Any) -> str:
    """A value as one types it: `scalar` reads it back as it was, `scalars` a list."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(f'"{each}"' if each == "" or _PARTING.search(str(each)) else written(each) for each in value)
    if isinstance(value, str):
        return value if scalar(value) == value else f'"{value}"'
    return msgspec.json.encode(value).decode()
