"""One alarm is open per code and subject, however often it is raised."""

from datetime import UTC, datetime, timedelta

import pytest

from siyu.merchant.models import Alarm, Audit
from siyu.merchant.queries import cleared_alarms, open_alarms
from siyu.merchant.rules import Actor
from siyu.merchant.services import clear_alarm, raise_alarm

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 3, tzinfo=UTC)


def test_raising_again_renews_the_message_and_keeps_the_beginning() -> None:
    raise_alarm("pump.stopped", "", "a column is missing", NOW)
    raise_alarm("pump.stopped", "", "another column is missing", NOW + timedelta(hours=1))

    [alarm] = open_alarms()
    assert (alarm.message, alarm.raised_at) == ("another column is missing", NOW)


def test_subjects_have_alarms_of_their_own_newest_first() -> None:
    raise_alarm("shop.silent", "web", "no orders", NOW)
    raise_alarm("shop.silent", "app", "no orders", NOW + timedelta(hours=1))

    assert [alarm.subject for alarm in open_alarms()] == ["app", "web"]
    assert [alarm.subject for alarm in open_alarms(limit=1)] == ["app"]


def test_a_cleared_alarm_can_be_raised_anew() -> None:
    raise_alarm("pump.stopped", "", "first", NOW)

    assert clear_alarm("pump.stopped", "", NOW + timedelta(hours=1))
    assert not clear_alarm("pump.stopped", "", NOW + timedelta(hours=1))
    raise_alarm("pump.stopped", "", "second", NOW + timedelta(hours=2))

    assert [alarm.message for alarm in open_alarms()] == ["second"]
    assert [alarm.message for alarm in cleared_alarms()] == ["first"]
    assert Alarm.objects.count() == 2


def test_a_person_who_clears_an_alarm_is_named_and_audited() -> None:
    raise_alarm("pump.stopped", "", "first", NOW)

    clear_alarm("pump.stopped", "", NOW, Actor("staff", 1, "Boss"))

    assert cleared_alarms()[0].cleared_by == "Boss"
    assert Audit.objects.get().subject == "alarm:pump.stopped:"
