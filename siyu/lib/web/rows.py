"""Rows of a form: a struct says what one row holds. The server adds and takes out rows, and what is wrong with one stands in it.

A row's inputs are those of `terms`; `web/parts/rows.html` draws them. A field of the struct may say by
`Meta(extra_json_schema={"only": {"window": "hours"}})` that it is asked for only where another has a value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import terms as kit
from .parts import Words
from .terms import Book, Input

Row = dict[str, Any]
ACT = "act"


def asks(terms: type[msgspec.Struct], name: str, row: Mapping[str, Any]) -> bool:
    """Whether a field is asked for beside the other values of a row."""
    usual = kit.defaults(terms)
    return all(row.get(other, usual.get(other)) == value for other, value in kit.marked(terms, "only").get(name, {}).items())


def asked(terms: type[msgspec.Struct], row: Mapping[str, Any], prefix: str, book: Book) -> list[Input]:
    """The inputs that a row has."""
    return [one for one in kit.inputs(terms, row, prefix, book) if asks(terms, one.field, row)]


def words_of(terms: type[msgspec.Struct], row: Mapping[str, Any], book: Book) -> str:
    """A row on one line, as people read it."""
    told = [one for one in asked(terms, row, "", book) if one.value != ""]
    words = {one.label: dict(one.choices).get(one.value) or (book.choices if one.options else {}).get(one.value, one.value) for one in told}
    if len(kit.titles(terms)) == 1:
        return " · ".join(map(str, words.values()))
    return " · ".join(gettext("%(label)s: %(said)s") % {"label": label, "said": said} for label, said in words.items())


@dataclass(frozen=True, slots=True)
class Typed:
    """The rows that a form says, and the button that was pressed, if it was one of a row."""

    rows: list[Row]
    act: str = ""
    focused: tuple[int, bool] | None = None  # the row that a button made or left, and whether it is new


@dataclass(slots=True)
class Drawn:
    """A row as the template draws it."""

    place: int
    inputs: list[Input]
    fault: str = ""
    hint: Words = ""
    is_left: bool = False  # the row before it went: the keyboard goes on here


class RowsInput(forms.Widget):
    """The rows and their buttons, drawn again by the server whenever a button is pressed."""

    def __init__(self, rows: "RowsField") -> None:
        super().__init__()
        self.of = rows

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return ""

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        places = sorted({int(found[1]) for key in data if (found := re.match(rf"{re.escape(name)}\.(\d{{1,4}}):", key))})
        rows = [kit.read(self.of.terms, data, f"{name}.{place}", self.of.book) for place in places[: self.of.most + 1]]
        return _acted(Typed([self.of.asked(row) for row in rows], data.get(ACT, "")), name, self.of.least, self.of.most)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        typed = value if isinstance(value, Typed) else Typed(list(value or []))
        context = {"name": name, "of": self.of, "rows": [self._drawn(typed, place, name) for place in range(len(typed.rows))]}
        context |= {
            "is_full": len(typed.rows) >= self.of.most,
            "is_least": len(typed.rows) <= self.of.least,
            "is_left": typed.focused == (-1, False),
        }
        return render_to_string("web/parts/rows.html", context)

    def _drawn(self, typed: Typed, place: int, name: str) -> Drawn:
        row = typed.rows[place]
        inputs = self.of.inputs(row, f"{name}.{place}")
        if typed.focused == (place, True):
            inputs[0] = replace(inputs[0], is_focused=True)
        fault, hint = self.of.faults.get(place, ""), self.of.hint(row) if self.of.hint else ""
        return Drawn(place, inputs, fault, hint, typed.focused == (place, False))


class RowsField(forms.Field):
    """A list of rows of one struct; `clean` gives them as plain objects. `named` names them all, `hint` says something below a row."""

    widget = RowsInput

    def __init__(
        self,
        terms: type[msgspec.Struct],
        book: Book,
        *,
        most: int,
        least: int = 0,
        named: Words,
        add: Words,
        empty: Words = "",
        hint: Callable[[Row], Words] | None = None,
        **options: Any,
    ) -> None:
        self.terms, self.least, self.most, self.named, self.add, self.empty, self.hint = terms, least, most, named, add, empty, hint
        redraws = {other for wanted in kit.marked(terms, "only").values() for other in wanted}
        self.book = replace(book, redraws=(*book.redraws, *redraws))
        self.faults: dict[int, str] = {}
        super().__init__(widget=RowsInput(self), **options)

    def __deepcopy__(self, memo: Any) -> "RowsField":
        made: RowsField = super().__deepcopy__(memo)
        made.faults, made.widget.of = {}, made
        return made

    def asked(self, row: Row) -> Row:
        """A row without what is not asked for beside its other values."""
        return {name: value for name, value in row.items() if asks(self.terms, name, row)}

    def inputs(self, row: Row, prefix: str) -> list[Input]:
        return asked(self.terms, row, prefix, self.book)

    def clean(self, value: Any) -> list[Row]:
        if value.act:
            raise forms.ValidationError(_("Not saved yet."), code="rows.act")
        if len(value.rows) < max(self.least, self.required):
            raise forms.ValidationError(_("At least one row."), code="required")
        if len(value.rows) > self.most:
            raise forms.ValidationError(gettext("At most %(limit)s rows.") % {"limit": self.most}, code="rows.limit")
        labels = {**kit.titles(self.terms), **self.book.labels}
        for place, row in enumerate(value.rows):
            try:
                msgspec.convert(row, self.terms)
            except msgspec.ValidationError as error:
                self.faults[place] = kit.fault(str(error), labels)
        if self.faults:
            raise forms.ValidationError(gettext("Something is wrong in row %(row)s.") % {"row": min(self.faults) + 1}, code="rows")
        return value.rows


def _acted(typed: Typed, name: str, least: int, most: int) -> Typed:
    """The rows after a button was pressed: `steps.add`, `steps.remove.1`; `steps` alone draws them anew."""
    of, _dot, rest = typed.act.partition(".")
    verb, _dot, place = rest.partition(".")
    rows = list(typed.rows)
    if of != name:
        return typed
    if verb == "add" and len(rows) < most:
        return replace(typed, rows=[*rows, {}], focused=(len(rows), True))
    if verb == "remove" and place.isdigit() and int(place) < len(rows) > least:
        del rows[int(place)]
        return replace(typed, rows=rows, focused=(min(int(place), len(rows) - 1), False))
    return typed
