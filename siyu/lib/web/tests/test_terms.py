"""The terms of a kind as inputs, and back."""

from typing import Annotated, Any, Literal

import pytest
from django.http import QueryDict
from msgspec import Meta, Struct, field

from siyu.lib.web.terms import Book, Special, inputs, read, scalar, scalars, split, written

WEIGHED = Special("x.html", lambda value, name: value or [], lambda sent, name: [scalar(one) for one in sent.getlist(name)])


class Inner(Struct, frozen=True):
    size: int = 0


class Terms(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1)]
    amount: Annotated[int, Meta(ge=1, le=9, title="how much")] | None = None
    is_quick: bool = False
    is_kept: bool = True
    side: Literal["left", "right"] = "left"
    shop: Annotated[int, Meta(extra_json_schema={"input": "shop"})] | None = None
    days: Annotated[list[int], Meta(extra_json_schema={"input": "days"})] = []
    codes: list[str] = []
    sizes: list[Literal["s", "m"]] = field(default_factory=lambda: ["s", "m"])
    at: Annotated[str, Meta(extra_json_schema={"input": "time"})] = "10:00"
    weights: list[int] = []
    inner: Inner = Inner()


BOOK = Book(
    labels={"name": "Name"},
    choices={"left": "links"},
    offers={"shop": lambda: [("3", "Beijing")], "days": lambda: [("1", "Mon"), ("2", "Tue")]},
    many=("days",),
    integers=("days",),
    widgets={"time": "time"},
    specials={"weights": WEIGHED, Inner: Special("i.html", lambda value, name: name, lambda sent, name: {"size": 4})},
)


def sent(**values: Any) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, value in values.items():
        found.setlist(f"p:{name}", value if isinstance(value, list) else [value])
    return found


def test_each_type_has_its_input():
    made = {one.field: one for one in inputs(Terms, {"name": "n", "days": [2], "codes": ["a", "b"]}, "p", BOOK)}

    kinds = ["text", "number", "flag", "flag", "choice", "choice", "many", "text", "many", "time", "special", "special"]
    assert [one.kind for one in made.values()] == kinds
    assert (made["name"].label, made["name"].value, made["name"].is_required) == ("Name", "n", True)
    assert (made["amount"].low, made["amount"].high, made["amount"].value) == (1, 9, "")
    assert (made["is_quick"].value, made["is_kept"].value) == (False, True)
    assert (made["amount"].label, made["days"].label) == ("how much", "days")
    assert made["side"].choices == [("left", "links"), ("right", "right")]
    assert made["shop"].choices == [("", "—"), ("3", "Beijing")]
    assert made["days"].value == ["2"]
    assert made["codes"].value == "a, b"
    assert (made["sizes"].value, made["sizes"].choices) == (["s", "m"], [("m", "m"), ("s", "s")])
    assert made["inner"].parts == "p:inner"
    assert made["name"].id == "f-p-name"


def test_what_was_sent_becomes_terms_and_what_is_empty_is_left_out():
    told = read(Terms, sent(name=" n ", amount="7", is_quick="1", days=["1", "2"], codes="a，b、c", weights=["3"], side="right"), "p", BOOK)

    told.pop("sizes")
    whole = {"name": "n", "amount": 7, "is_quick": True, "is_kept": False, "days": [1, 2], "codes": ["a", "b", "c"]}
    assert told == {**whole, "weights": [3], "side": "right", "inner": {"size": 4}}
    assert read(Terms, sent(is_kept="1"), "p", BOOK) == {"inner": {"size": 4}, "sizes": []}


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("3.5", 3.5), ("true", True), ('"3"', "3"), ("three", "three"), ("1234567890123456", "1234567890123456"), ("", "")],
)
def test_a_text_is_read_as_what_it_looks_like(text: str, value: Any):
    assert scalar(text) == value


def test_a_list_typed_on_one_line_takes_chinese_commas():
    assert split(" a, b，c、 ,d") == ["a", "b", "c", "d"]


@pytest.mark.parametrize("value", [3, 3.5, True, False, "three", "3", "true", '"quoted"', "1234567890123456789"])
def test_what_is_written_is_read_back_as_it_was(value: Any):
    assert scalar(written(value)) == value


def test_a_list_that_is_written_is_read_back_as_it_was():
    values = [3, "3", True, "true", "three", "", "a, b", "上海，浦东", " x"]

    assert scalars(written(values)) == values
    assert scalars('1，two、 "3" ,') == [1, "two", "3"]
