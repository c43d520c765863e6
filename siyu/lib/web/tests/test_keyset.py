"""Paging by sort key: a walk through a list meets every row once, and a cursor is nobody's to invent."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.lib.refusal import Refusal
from siyu.lib.web.keyset import Page, Position, decode, encode, paged

values = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=40), st.datetimes(timezones=st.just(UTC)), st.dates(), st.uuids(),
    st.decimals(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@settings(max_examples=50)
@given(st.tuples(values, values), st.booleans())
def test_a_cursor_brings_its_key_back(key, is_backwards):
    position = decode("orders", encode("orders", key, is_backwards=is_backwards))
    assert position.key == key
    assert [type(value) for value in position.key] == [type(value) for value in key]
    assert position.is_backwards is is_backwards


@pytest.mark.parametrize("at", range(0, 60, 7))
def test_a_changed_cursor_is_refused(at):
    cursor = encode("orders", (datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1), Decimal("1.50"), UUID(int=7), 42))
    letter = "A" if cursor[at] != "A" else "B"
    with pytest.raises(Refusal, match=r"page\.cursor"):
        decode("orders", cursor[:at] + letter + cursor[at + 1 :])


@pytest.mark.parametrize("words", ["", "x", "a:b:c", "\x00", "é" * 20])
def test_what_never_was_a_cursor_is_refused(words):
    with pytest.raises(Refusal, match=r"page\.cursor"):
        decode("orders", words)


def test_a_cursor_of_another_order_is_refused():
    with pytest.raises(Refusal, match="another order"):
        decode("orders:amount", encode("orders:paid_at", (1,)))


NUMBERS = list(range(1, 24))


def fetch(position: Position) -> list[int]:
    """Numbers in ascending order, as a table would give them."""
    after = position.key[0] if position.key else None
    if position.is_backwards:
        found = sorted((n for n in NUMBERS if n < after), reverse=True)
    else:
        found = [n for n in NUMBERS if after is None or n > after]
    return found[: position.limit]


def turn(cursor: str = "") -> Page[int]:
    request = RequestFactory().get("/", {"cursor": cursor} if cursor else {})
    return paged(request, fetch, lambda n: (n,), order="numbers", size=5)


def test_a_walk_forth_and_back_meets_every_row_once():
    pages = [turn()]
    while pages[-1].next:
        pages.append(turn(pages[-1].next))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(turn(back[-1].previous))

    assert [list(page.rows) for page in pages] == [
        [1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10],
        [11, 12, 13, 14, 15],
        [16, 17, 18, 19, 20],
        [21, 22, 23],
    ]
    assert [list(page.rows) for page in back] == [list(page.rows) for page in reversed(pages)]
    assert pages[0].previous == ""
    assert back[-1].previous == ""


def test_an_empty_list_has_no_neighbours():
    request = RequestFactory().get("/")
    assert paged(request, lambda position: [], lambda row: row, order="none") == Page([], "", "")
