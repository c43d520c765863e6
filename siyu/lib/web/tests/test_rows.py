"""Rows of a form: added, taken out and drawn by the server, with what is wrong in its row."""

from typing import Annotated, Literal

import pytest
from django.http import QueryDict
from django.utils import translation
from msgspec import Meta, Struct

from siyu.lib.web.forms import Form
from siyu.lib.web.rows import RowsField, words_of
from siyu.lib.web.terms import Book


class Cap(Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=9)]
    window: Literal["day", "hours"] = "day"
    hours: Annotated[int, Meta(extra_json_schema={"only": {"window": "hours"}})] = 24


BOOK = Book(labels={"limit": "At most", "hours": "Hours"}, choices={"day": "a day"})


class Caps(Form):
    caps = RowsField(Cap, BOOK, most=3, named="Caps", add="Another", empty="None of them", required=False)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def form(**sent: str) -> Caps:
    found = QueryDict(mutable=True)
    found.update({name.replace("__", ":").replace("_at_", "."): value for name, value in sent.items()})
    return Caps(found)


def test_rows_are_read_in_their_order_and_without_what_is_not_asked_for() -> None:
    found = form(caps_at_0__limit="1", caps_at_0__window="day", caps_at_0__hours="3", caps_at_7__limit="2", caps_at_7__window="hours")

    assert found.is_valid(), found.errors
    assert found.cleaned_data["caps"] == [{"limit": 1, "window": "day"}, {"limit": 2, "window": "hours"}]


def test_what_is_wrong_stands_in_its_row_and_the_row_keeps_what_was_typed() -> None:
    found = form(caps_at_0__limit="1", caps_at_1__limit="many", caps_at_2__limit="10")

    page = str(found["caps"]) if not found.is_valid() else ""

    assert found.errors["caps"] == ["Something is wrong in row 2."]
    assert page.index("At most: a whole number") < page.index("At most: no more than 9")
    assert 'value="many"' in page
    assert 'value="10"' in page
    assert Caps().fields["caps"].faults == {}  # the next form begins without


@pytest.mark.parametrize(
    ("act", "limits", "begins"),
    [
        ("caps.add", ["1", "2", ""], "caps.2:limit"),
        ("caps.remove.0", ["2"], "Remove row 1"),
        ("caps.remove.1", ["1"], "Remove row 1"),
        ("caps.remove.5", ["1", "2"], ""),
        ("caps", ["1", "2"], ""),
        ("other.remove.0", ["1", "2"], ""),
    ],
)
def test_a_button_of_a_row_changes_the_rows_saves_nothing_and_says_where_the_keyboard_goes_on(act, limits, begins) -> None:
    found = form(caps_at_0__limit="1", caps_at_1__limit="2", act=act)

    assert not found.is_valid()
    page = str(found["caps"])
    assert [f'name="caps.{place}:limit" value="{limit}"' in page for place, limit in enumerate(limits)] == [True] * len(limits)
    assert page.count(":limit") == len(limits)
    focused = [tag for tag in page.split("<") if " autofocus" in tag]
    assert len(focused) == bool(begins)
    assert all(begins in tag for tag in focused)


def test_without_a_row_left_the_keyboard_goes_on_at_the_button_that_adds_one() -> None:
    page = str(form(caps_at_0__limit="1", act="caps.remove.0")["caps"])

    assert "None of them" in page
    assert next(tag for tag in page.split("<") if " autofocus" in tag).startswith("button")


def test_no_more_rows_than_the_limit() -> None:
    most = {f"caps_at_{place}__limit": "1" for place in range(3)}

    assert "caps.add" not in str(form(**most)["caps"])
    assert "caps.3:limit" not in str(form(**most, act="caps.add")["caps"])
    assert form(**most, caps_at_3__limit="1").errors["caps"] == ["At most 3 rows."]


def test_a_field_that_only_another_value_asks_for_is_drawn_with_it() -> None:
    assert "caps.0:hours" not in str(form(caps_at_0__window="day")["caps"])
    assert "caps.0:hours" in str(form(caps_at_0__window="hours")["caps"])
    assert words_of(Cap, {"limit": 2}, BOOK) == "At most: 2 · window: a day"
    assert words_of(Cap, {"limit": 2, "window": "hours"}, BOOK) == "At most: 2 · window: hours · Hours: 24"
