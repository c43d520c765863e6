"""Every invariant of journeys holds on a lived pool, and names the row that breaks it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from siyu.facts.pump import pump
from siyu.journeys.tests.given import DAY, HOUR, chain, publish, say, tell
from siyu.journeys.tests.test_merging import alias
from siyu.lib.sql import statements
from siyu.touches.models import Template
from siyu.touches.tests.scene import NOON, person, template

pytestmark = pytest.mark.django_db
_sql = vars(statements("siyu.journeys", "verify"))

CORRUPTIONS = {
    "versions_in_force_exist": "UPDATE journeys_journey SET number = 9",
    "walkers_stand_on_steps": "UPDATE journeys_enrolment SET step = 'nowhere' WHERE status = 'waiting'",
    "enrolments_follow_mergers": "UPDATE journeys_enrolment SET owner_id = origin_id WHERE owner_id <> origin_id",
    "joined_have_a_twin": "UPDATE journeys_enrolment SET status = 'joined', ended_at = '2026-01-01Z'",
    "ends_are_dated": "UPDATE journeys_enrolment SET ended_at = NULL WHERE status = 'done'",
    "waits_end": "UPDATE journeys_enrolment SET due_at = NULL WHERE status = 'waiting'",
    "nobody_waits_too_long": "UPDATE journeys_enrolment SET due_at = '2020-01-01Z' WHERE status = 'waiting'",
    "steps_left_are_recorded": "DELETE FROM journeys_passage WHERE hop = 0",
    "ways_are_counted": "UPDATE journeys_count SET passed = passed + 1 WHERE step <> ''",
    "entries_are_counted": "UPDATE journeys_count SET passed = passed + 1 WHERE way = 'goal'",
    "ends_are_counted": "UPDATE journeys_count SET passed = passed + 1 WHERE way = 'done'",
    "enrolments_have_their_version": "UPDATE journeys_enrolment SET version_id = 999999",
    "touches_come_from_steps": "UPDATE touches_touch SET key = replace(key, ':s1:', ':s7:')",
}


def broken(name: str) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(_sql[name])
        return cursor.fetchone()


@pytest.fixture
def pool() -> None:
    Template.objects.filter(pk=template().pk).update(code="t")
    goal = {"fact": "cart.viewed", "where": {}, "within_days": 7, "ends": False}
    definition = chain({"step": "touch", "template": "t"}, {"step": "wait", "days": 2}, {"step": "wait", "days": 9}, goal=goal)
    publish({**definition, "entry": {"how": "keyed", "by": "path"}}, now=NOON)
    publish({**chain({"step": "wait", "hours": 1}), "entry": {"how": "once"}}, "short", now=NOON)
    for who in ("anna", "bo", "cleo"):
        person(who)
        tell(say("page.viewed", who, NOON, path="/x"))
    tell(alias("anna", "bo", NOON + HOUR))
    tell(say("cart.viewed", "cleo", NOON + HOUR))
    pump(NOON + DAY + timedelta(minutes=3))


def test_all_hold_on_a_lived_pool(pool: None):
    assert {name: found for name in _sql if (found := broken(name)) is not None} == {}


@pytest.mark.parametrize("name", list(CORRUPTIONS))
def test_a_corrupted_row_is_named(pool: None, name: str):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CORRUPTIONS[name])
        assert cursor.rowcount, "there is something to corrupt"

    assert broken(name) is not None


def test_each_invariant_is_corrupted():
    assert set(CORRUPTIONS) == set(_sql)
