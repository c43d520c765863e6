"""Every invariant of audiences holds on a lived pool, and names the row that breaks it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from siyu.audiences import services
from siyu.audiences.models import Audience
from siyu.audiences.tests.test_pages import NOW, live
from siyu.facts.pump import pump
from siyu.lib.sql import statements
from siyu.members.models import Member
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
_sql = vars(statements("siyu.audiences", "verify"))

CORRUPTIONS = {
    "members_are_alive": "UPDATE members_member SET is_identified = false WHERE id = (SELECT min(member_id) FROM audiences_membership)",
    "audiences_are_alive": "UPDATE audiences_audience SET archived_at = '2026-01-01Z' WHERE size > 0",
    "sizes_are_counted": "UPDATE audiences_audience SET size = size + 1",
    "days_end_where_audiences_stand": "UPDATE audiences_daily SET size = size + 1",
    "versions_exist": "DELETE FROM audiences_version",
    "nobody_is_overdue": "UPDATE audiences_due SET due_at = '2020-01-01Z'",
    "moments_have_their_watch": "UPDATE audiences_moment SET watch_id = 999999 WHERE fact_id = (SELECT min(fact_id) FROM audiences_moment)",
    "moments_equal_log": "DELETE FROM audiences_moment WHERE fact_id = (SELECT min(fact_id) FROM audiences_moment)",
}


def broken(name: str) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(_sql[name])
        return cursor.fetchone()


@pytest.fixture
def pool() -> None:
    live()
    services.create(SYSTEM, "买过", {"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 30}}, now=NOW)
    services.create(SYSTEM, "刚看过", {"condition": "did_fact", "fact": "page.viewed", "within": {"last_hours": 24}}, now=NOW)
    pump(NOW + timedelta(minutes=3))


def test_all_hold_on_a_lived_pool(pool: None):
    assert {name: found for name in _sql if (found := broken(name)) is not None} == {}


def test_all_hold_while_a_restored_audience_waits_to_be_judged_and_after(pool: None):
    number = Audience.objects.get(name="买过").pk
    services.archive(SYSTEM, number, now=NOW + timedelta(minutes=4))
    services.restore(SYSTEM, number, now=NOW + timedelta(minutes=5))
    assert {name: found for name in _sql if (found := broken(name)) is not None} == {}

    pump(NOW + timedelta(minutes=6))

    assert Audience.objects.get(pk=number).size == 2
    assert {name: found for name in _sql if (found := broken(name)) is not None} == {}


@pytest.mark.parametrize("name", list(CORRUPTIONS))
def test_a_corrupted_row_is_named(pool: None, name: str):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CORRUPTIONS[name])

    assert broken(name) is not None


def test_each_invariant_is_corrupted():
    assert set(CORRUPTIONS) == set(_sql)


def test_an_erased_person_is_in_nothing_and_a_copy_tells_the_audiences(pool: None):
    from siyu.audiences import privacy
    from siyu.members.services import erase_member

    member = Member.objects.get(nickname="小月")
    assert [one["audience"] for one in privacy.export(member.pk)["audiences"]] == ["买过", "刚看过"]

    erase_member(SYSTEM, member.pk, "asked by letter", now=NOW + timedelta(minutes=4))
    pump(NOW + timedelta(minutes=5))

    assert privacy.export(member.pk) == {"audiences": [], "dates": []}
    assert {name: found for name in _sql if (found := broken(name)) is not None} == {}
