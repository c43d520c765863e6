"""Times of day, days of the week, months and years: when waits end and alarms ring, at the edges of calendars and clocks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.journeys.models import Enrolment, Passage
from siyu.journeys.tests.given import HOUR, MINUTE, NOW, chain, person, publish, say, tell
from siyu.members.services import tag
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting

pytestmark = pytest.mark.django_db
END = {"step": "end"}
SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"


def local(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def entered(zone: str = SHANGHAI) -> list[str]:
    ats = Enrolment.objects.order_by("entered_at").values_list("entered_at", flat=True)
    return [at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") for at in ats]


def zone_is(zone: str) -> None:
    set_setting(SYSTEM, "merchant.zone", zone, date(2020, 1, 1), initial=True)


@pytest.mark.parametrize(
    ("zone", "arrives", "at", "weekdays", "goes_on"),
    [
        (SHANGHAI, "2026-05-20T09:59", "10:00", [], "2026-05-20T10:00"),
        (SHANGHAI, "2026-05-20T10:00", "10:00", [], "2026-05-21T10:00"),  # at that very time: the next one
        (SHANGHAI, "2026-05-20T23:30", "00:00", [], "2026-05-21T00:00"),
        (SHANGHAI, "2026-12-31T23:00", "09:00", [], "2027-01-01T09:00"),
        (SHANGHAI, "2026-05-20T09:00", "10:00", [3], "2026-05-20T10:00"),  # a Wednesday
        (SHANGHAI, "2026-05-20T11:00", "10:00", [3], "2026-05-27T10:00"),
        (SHANGHAI, "2026-05-22T12:00", "10:00", [1, 2, 3, 4, 5], "2026-05-25T10:00"),
        (NEW_YORK, "2027-03-13T12:00", "02:30", [], "2027-03-14T03:30"),  # clocks skip that hour
        (NEW_YORK, "2027-03-13T12:00", "09:00", [], "2027-03-14T09:00"),
        (NEW_YORK, "2026-10-31T12:00", "01:30", [], "2026-11-01T01:30"),  # it comes twice: the first
        (NEW_YORK, "2026-10-31T12:00", "09:00", [], "2026-11-01T09:00"),
    ],
)
def test_a_wait_until_a_time_of_day_ends_then_and_not_before(zone: str, arrives: str, at: str, weekdays: list[int], goes_on: str):
    zone_is(zone)
    came, goes = local(arrives, zone), local(goes_on, zone)
    publish(chain({"step": "until_time", "at": at, "weekdays": weekdays}, END), now=came - HOUR)
    tell(say("page.viewed", "anna", came))

    pump(goes - timedelta(seconds=1))
    before = Enrolment.objects.get().status
    pump(goes)

    assert (before, Enrolment.objects.get().status) == ("waiting", "done")


@pytest.mark.parametrize(
    ("zone", "goes_on"),
    [
        ("America/New_York", "2026-05-20T09:00"),
        ("Pacific/Kiritimati", "2026-05-21T09:00"),  # where that day has begun before
        ("America/Atlantis", None),
        ("/etc/passwd", None),
        (["UTC"], None),
        (None, None),
    ],
)
def test_a_time_of_day_may_be_of_the_members_clock_where_their_zone_is_known(zone: Any, goes_on: str | None):
    publish(chain({"step": "until_time", "at": "09:00", "own": True}, END), now=NOW - HOUR)

    traits = {} if zone is None else {"timezone": zone}
    tell(say("member.identified", "anna", NOW - MINUTE, traits=traits), say("page.viewed", "anna", NOW))

    assert Enrolment.objects.get().due_at == (local("2026-05-21T09:00") if goes_on is None else local(goes_on, zone))


@pytest.mark.parametrize(
    ("every", "until", "wanted"),
    [
        ({"every": "day", "at": "12:00"}, "2026-05-22T11:59", ["2026-05-21 12:00"]),  # published at 12:00: from the next on
        ({"every": "week", "weekday": 7, "at": "09:00"}, "2026-06-01T12:00", ["2026-05-24 09:00", "2026-05-31 09:00"]),
        ({"every": "month", "day": 31, "at": "09:00"}, "2026-07-31T09:00", ["2026-05-31 09:00", "2026-06-30 09:00", "2026-07-31 09:00"]),
        ({"every": "month", "day": 1, "at": "00:00"}, "2026-07-01T00:00", ["2026-06-01 00:00", "2026-07-01 00:00"]),
    ],
    ids=str,
)
def test_a_schedule_rings_on_its_days_however_late_the_pump_comes(every: dict[str, Any], until: str, wanted: list[str]):
    tell(say("page.viewed", "anna", NOW))
    audience = create(SYSTEM, "VIP", {"condition": "tag", "tags": ["VIP"]}, now=NOW)
    tag(SYSTEM, [person("anna")], "VIP", now=NOW)
    pump(NOW)
    publish(chain(END, trigger={"kind": "schedule", "audience": audience, **every}))

    pump(local(until))

    assert entered() == wanted


@pytest.mark.parametrize(
    ("born", "days", "since", "until", "wanted"),
    [
        ("1990-01-02", -3, "2026-12-20T12:00", "2027-01-05T12:00", "2026-12-30 10:00"),
        ("1990-12-30", 3, "2026-12-20T12:00", "2027-01-05T12:00", "2027-01-02 10:00"),
        ("1992-02-29", 0, "2027-02-20T12:00", "2027-03-05T12:00", "2027-02-28 10:00"),
        ("1992-02-29", 0, "2028-02-20T12:00", "2028-03-05T12:00", "2028-02-29 10:00"),
        ("1992-02-29", 1, "2027-02-20T12:00", "2027-03-05T12:00", "2027-03-01 10:00"),
        ("1992-02-29", -1, "2028-02-20T12:00", "2028-03-05T12:00", "2028-02-28 10:00"),
        ("1990-05-31", -180, "2026-11-25T12:00", "2026-12-10T12:00", "2026-12-02 10:00"),
        ("05-21", 0, "2026-05-20T12:00", "2026-05-23T12:00", "2026-05-21 10:00"),  # who keeps the year to themselves
    ],
)
def test_a_birthday_comes_every_year_across_its_end_and_in_leap_years(born: str, days: int, since: str, until: str, wanted: str):
    tell(say("member.identified", "anna", local(since) - HOUR, traits={"birthday": born}))
    publish(chain(END, trigger={"kind": "date", "trait": "birthday", "every": "year", "days": days, "at": "10:00"}), now=local(since))

    pump(local(until))

    assert entered() == [wanted]


@pytest.mark.parametrize(
    ("zone", "told", "terms", "comes"),
    [
        (SHANGHAI, "2026-06-10", {"days": -2, "at": "10:00"}, "2026-06-08T10:00"),
        (SHANGHAI, "2026-06-10T18:30:00+08:00", {"hours": -2}, "2026-06-10T16:30"),
        (SHANGHAI, "2026-06-10T18:30:00Z", {}, "2026-06-11T02:30"),  # an instant is a time of the merchant's
        (SHANGHAI, "2026-06-10T18:30:00Z", {"at": "09:00"}, "2026-06-11T09:00"),
        (SHANGHAI, "2026-06-10T00:00:00Z", {"at": "09:00"}, "2026-06-10T09:00"),  # so programs write a mere date
        (SHANGHAI, "2026/6/10 18:30", {"days": 1}, "2026-06-11T18:30"),
        (SHANGHAI, 20260610, {}, "2026-06-10T00:00"),
        (SHANGHAI, "2026年6月10日", {"days": 1, "hours": -1}, "2026-06-10T23:00"),
        (SHANGHAI, "2026-05-20", {"at": "12:00"}, "2026-05-20T12:00"),  # now
        (SHANGHAI, "2026-05-20", {"at": "11:59"}, None),
        (SHANGHAI, "2026-03-31", {"days": 60, "at": "10:00"}, "2026-05-30T10:00"),
        (SHANGHAI, "2036-06-10", {}, None),  # more than ten years
        (SHANGHAI, "9999-12-31", {"days": 9}, None),
        (SHANGHAI, "soon", {}, None),
        (SHANGHAI, "2026-02-30", {}, None),
        (SHANGHAI, "", {}, None),
        (SHANGHAI, True, {}, None),
        (SHANGHAI, {"day": "2026-06-10"}, {}, None),
        (SHANGHAI, "06-10", {}, None),  # of no year
        (SHANGHAI, "1990-05-22", {"every": "year", "days": -1, "at": "10:00"}, "2026-05-21T10:00"),
        (SHANGHAI, "05-22", {"every": "year", "days": -3, "at": "10:00"}, "2027-05-19T10:00"),
        (SHANGHAI, "1992-02-29", {"every": "year", "at": "10:00"}, "2027-02-28T10:00"),
        (NEW_YORK, "2027-03-14T02:30", {}, "2027-03-14T03:30"),  # clocks skip that hour
        (NEW_YORK, "2027-03-15T09:00:00-04:00", {"days": -2}, "2027-03-13T09:00"),
        (NEW_YORK, "2026-11-01T06:30:00Z", {}, "2026-11-01T01:30+1"),  # the second of two
        (SHANGHAI, 1779336000, {}, "2026-05-21T12:00"),
        (SHANGHAI, 1779336000000, {"hours": -2}, "2026-05-21T10:00"),
        (SHANGHAI, 1779336000.5, {"days": 1, "at": "09:00"}, "2026-05-22T09:00"),
    ],
)
def test_a_wait_until_a_date_ends_then_or_says_that_it_is_missed(zone: str, told: Any, terms: dict[str, Any], comes: str | None):
    zone_is(zone)
    publish(chain({"step": "until_date", "property": "to.day", **terms, "next": {"next": "s2"}}, END), now=NOW - HOUR)

    tell(say("page.viewed", "anna", NOW, to={"day": told}))

    one = Enrolment.objects.get()
    if comes is None:
        assert (one.status, Passage.objects.get().way, one.ended_at) == ("done", "missed", NOW)
    else:
        goes = local(comes.partition("+")[0], zone) + (HOUR if comes.endswith("+1") else timedelta(0))
        pump(goes - timedelta(seconds=1))
        before = Enrolment.objects.get().status
        pump(goes)
        assert (before if goes > NOW else "waiting", Enrolment.objects.get().ended_at) == ("waiting", goes)
        assert list(Passage.objects.order_by("hop").values_list("way", flat=True)) == ["next", "done"]


def wish(day: str, at: datetime) -> None:
    tell(say("member.identified", "anna", at, traits={"delivery": day}))


def test_a_date_of_the_member_is_looked_at_again_whenever_it_is_said_anew():
    wait = {"step": "until_date", "trait": "delivery", "days": -2, "at": "10:00", "next": {"next": "s2"}}
    publish(chain(wait, {"step": "tag", "tag": "soon"}), now=NOW - HOUR)
    tell(say("page.viewed", "bo", NOW))
    tell(say("member.identified", "anna", NOW, traits={"delivery": "2026-06-10"}), say("page.viewed", "anna", NOW + HOUR))
    dues = []
    for hours, day in ((2, "2026-06-20"), (3, "2026-06-15")):
        wish(day, NOW + hours * HOUR)
        tell(say("member.identified", "anna", NOW + hours * HOUR + MINUTE, traits={"city": "上海"}))
        dues.append(Enrolment.objects.get(owner_id=person("anna")).due_at)
    wish("2026-05-21", NOW + 20 * HOUR)

    assert dues == [local("2026-06-18T10:00"), local("2026-06-13T10:00")]
    assert list(Passage.objects.order_by("at").values_list("way", "at")) == [("missed", NOW), ("missed", NOW + 20 * HOUR)]


def test_whoever_waits_for_a_date_that_is_taken_back_has_missed_it():
    wait = {"step": "until_date", "trait": "delivery", "days": -2, "at": "10:00", "next": {"next": "s2"}}
    publish(chain(wait, {"step": "tag", "tag": "soon"}), now=NOW - HOUR)
    tell(say("member.identified", "anna", NOW, traits={"delivery": "2026-06-10"}), say("page.viewed", "anna", NOW + HOUR))

    tell(say("member.identified", "anna", NOW + 2 * HOUR, traits={"delivery": None}))

    assert Passage.objects.values_list("way", "at").get() == ("missed", NOW + 2 * HOUR)


def test_a_date_that_is_taken_back_lets_nobody_in_and_the_merchants_clock_holds_again():
    for who, *told in (("anna", "1990-05-22"), ("bo", "1990-05-22", None)):
        for minutes, born in enumerate(told):
            tell(say("member.identified", who, NOW - (9 - minutes) * MINUTE, traits={"birthday": born, "timezone": "America/New_York"}))
    tell(say("member.identified", "anna", NOW, traits={"timezone": None}))
    trigger = {"kind": "date", "trait": "birthday", "every": "year", "days": 0, "at": "10:00"}
    publish(chain({"step": "until_time", "at": "12:00", "own": True}, END, trigger=trigger))

    pump(local("2026-05-22T11:00"))

    assert list(Enrolment.objects.values_list("owner_id", "due_at")) == [(person("anna"), local("2026-05-22T12:00"))]
