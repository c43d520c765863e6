"""Each invariant of attribution names the row that was corrupted, and it alone."""

import pytest
from django.db import connection

from siyu.acquisition.reactions import attribute
from siyu.lib.sql import statements
from siyu.orders.tests.builders import at, batch_of, fact, handle, member, rows

pytestmark = pytest.mark.django_db

CORRUPTIONS = [
    ("attribution_equals_arrivals", "UPDATE acquisition_attribution SET first_code = 'other'"),
    (
        "arrivals_have_their_channel",
        "WITH moved AS (UPDATE acquisition_attribution SET first_channel_id = 0, last_channel_id = 0)"
        " UPDATE acquisition_arrival SET channel_id = 0",
    ),
    (
        "arrivals_have_their_handle",
        "INSERT INTO acquisition_arrival (identity_id, channel_id, code, occurred_at, message)"
        " SELECT 0, channel_id, code, occurred_at, '00000000-0000-0000-0000-000000000007' FROM acquisition_arrival",
    ),
    ("attribution_has_its_member", "UPDATE members_member SET merged_into_id = %(other)s WHERE id = %(who)s"),
    (
        "costs_are_periods",
        "INSERT INTO acquisition_cost (channel_id, from_day, to_day, amount_minor, note, entered_by, entered_at)"
        " SELECT id, '2026-01-02', '2026-01-01', 1, '', 'Li', created_at FROM acquisition_channel LIMIT 1",
    ),
    (
        "automatic_channels_are_bounded",
        "INSERT INTO acquisition_channel (code, name, kind, created_by, created_at)"
        " SELECT 'c' || n, '', 'other', 'siyu', '2026-01-01Z' FROM generate_series(1, 500) n",
    ),
]


def _broken() -> list[str]:
    return [name for name, query in vars(statements("siyu.acquisition", "verify")).items() if rows(query)]


@pytest.mark.parametrize(("name", "corruption"), CORRUPTIONS, ids=[name for name, _ in CORRUPTIONS])
def test_a_corrupted_row_is_named(name: str, corruption: str) -> None:
    who = member()
    with connection.cursor() as cursor:
        attribute(cursor.cursor, batch_of([fact("pool.joined", at(0), handle(who), channel="a")]))
    assert _broken() == []

    with connection.cursor() as cursor:
        cursor.execute(corruption, {"who": who, "other": member()})

    assert _broken() == [name]


def test_every_invariant_is_corrupted_once() -> None:
    assert {name for name, _ in CORRUPTIONS} == set(vars(statements("siyu.acquisition", "verify")))
