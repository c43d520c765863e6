"""The pump killed by SIGKILL in the middle of a walk: afterwards each step, each touch and each reward exists once."""

import os
import random
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest

from siyu.facts.pump import pump
from siyu.facts.services import record
from siyu.journeys.models import Enrolment, Passage
from siyu.journeys.tests.given import DAY, HOUR, NOW, chain, person, publish, say
from siyu.journeys.tests.test_agreement import broken
from siyu.journeys.tests.test_walking import logged
from siyu.loyalty.queries import balances
from siyu.loyalty.services import install_default_programme
from siyu.members.models import Trait
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import Touch
from siyu.touches.services import publish_template
from tests.races.harness import killed, steps

pytestmark = [pytest.mark.xdist_group("crashes")]
KILLS = int(os.environ.get("SIYU_KILLS", "10"))
PEOPLE = 3
STEPS = chain(
    {"step": "touch", "template": "t"},
    {"step": "reward", "reward": {"kind": "points", "amount": 7}},
    {"step": "tag", "tag": "welcomed"},
    {"step": "trait", "trait": "colour", "value": "red"},
    {"step": "branch", "ways": [{"name": "red", "rule": {"condition": "trait", "trait": "colour", "value": "red"}}], "next": {"red": "s6"}},
    {"step": "wait", "hours": 1},
    {"step": "touch", "template": "t"},
    {"step": "end"},
)
WALKED = [
    *(("s1", "next"), ("s2", "next"), ("s3", "next"), ("s4", "next"), ("s5", "red")),
    *(("s6", "next"), ("s7", "next"), ("s8", "done")),
]


def until_done(now: datetime) -> None:
    """Pump until the dead one's place is free."""
    for _ in range(500):
        report = pump(now)
        if not report.is_busy:
            assert (report.stopped, report.quarantined) == ("", 0)
            return
        time.sleep(0.01)
    raise AssertionError("the pump's place is never free")


def arrive(round_: int, at: datetime) -> list[str]:
    people = [f"u{round_}-{number}" for number in range(PEOPLE)]
    record([say("page.viewed", who, at) for who in people], source="web", received_at=at)
    return people


def test_a_pump_killed_at_any_statement_walks_everybody_once(clone: str):
    install_default_programme(SYSTEM, (NOW - 100 * DAY).date(), now=NOW - 100 * DAY)
    publish_template(SYSTEM, "t", "t", "inbox", "service", {"zh-hans": {"subject": "x", "text": "x"}}, now=NOW - DAY)
    publish(STEPS, now=NOW - DAY)
    arrive(0, NOW)
    entering = len(steps(lambda _: pump(NOW)))
    leaving = len(steps(lambda _: pump(NOW + 2 * HOUR)))
    chosen = random.Random(20261122)
    died = 0

    for round_ in range(1, KILLS + 1):
        at = NOW + round_ * DAY
        people = arrive(round_, at)
        died += killed(lambda _, at=at: pump(at), chosen.randint(2, entering))
        until_done(at)
        later = at + timedelta(hours=2)
        died += killed(lambda _, later=later: pump(later), chosen.randint(2, leaving))
        until_done(later)
        until_done(later + timedelta(hours=1))

        for who in people:
            member = person(who)
            one = Enrolment.objects.get(owner_id=member)
            assert list(Passage.objects.filter(enrolment=one).order_by("hop").values_list("step", "way")) == WALKED
            assert one.status == "done"
            assert Counter(Touch.objects.filter(member_id=member).values_list("source", flat=True)) == {"journey:j": 2}
            assert balances([member], later)[member]["points"].available == 7

    assert died > KILLS, "most of them died in the middle"
    assert (
        Enrolment.objects.count() == Trait.objects.filter(value="red").count() == len(logged("member.identified")) == PEOPLE * (KILLS + 1)
    )
    assert broken() == {}
