"""What is lived and what is rehearsed are one: the same members come, go the same ways and are touched at the same instants."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.journeys.models import Enrolment, Passage
from siyu.journeys.rehearsal import Rehearsal, rehearse
from siyu.journeys.rules.walking import token_of
from siyu.journeys.tests.given import DAY, NOW, publish, say
from siyu.journeys.tests.test_agreement import COMMON, NAMES, USERS, definitions, undone
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches.models import Touch
from siyu.touches.services import publish_template
from siyu.touches.tests import scene

pytestmark = pytest.mark.django_db
GAPS = [timedelta(0), timedelta(minutes=5), timedelta(hours=3), timedelta(hours=21), timedelta(days=2), timedelta(days=33)]


@st.composite
def lives(draw: st.DrawFn) -> list[Incoming]:
    """What people do, one after the other, told as it happens."""
    told: list[Incoming] = []
    at = NOW
    for number in range(draw(st.integers(4, 20))):
        at += draw(st.sampled_from(GAPS))
        what = draw(st.sampled_from([{}, {"path": "/x"}, {"path": "/y"}]))
        day = draw(st.sampled_from([{}, {"day": "2026-05-21"}, {"day": "2026-06-25"}, {"day": "soon"}]))
        name = draw(st.sampled_from([*NAMES, NAMES[0], NAMES[0]]))
        told.append(say(name, draw(st.sampled_from(USERS)), at, f"m{number}", **what, **day))
    return told


@COMMON
@given(definition=definitions(), life=lives(), agreeing=st.sets(st.sampled_from(USERS), min_size=1), rest=st.sampled_from(GAPS))
def test_a_rehearsal_walks_as_the_same_journey_was_lived(definition: dict, life: list[Incoming], agreeing: set[str], rest: timedelta):
    with undone():
        install_default_programme(SYSTEM, (NOW - 100 * DAY).date(), now=NOW - 100 * DAY)
        publish_template(SYSTEM, "t", "t", "inbox", "marketing", {"zh-hans": {"subject": "x", "text": "x"}}, now=NOW - 90 * DAY)
        set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], date(2020, 1, 1), initial=True)
        for who in USERS:
            scene.person(who, NOW - 30 * DAY, agrees=who in agreeing)
        publish(definition, now=NOW - DAY)
        for fact in life:
            record([fact], source="web", received_at=fact.occurred_at)
            pump(fact.occurred_at)
        until = life[-1].occurred_at + rest
        pump(until)

        told = rehearse(definition, (until - NOW).days + 2, until + timedelta(microseconds=1), code="j")

        for one in Touch.objects.all():
            event(f"{one.status} {one.why}")
        assert rehearsed(told) == lived()
        assert told.touched == Touch.objects.exclude(status__in=["refused", "control"]).count()


def rehearsed(told: Rehearsal) -> list[Any]:
    """Who came when, how it ended, and each step left, with what the gate said."""
    return sorted((one.member_id, one.entered_at, one.status, one.why, [tuple(each) for each in one.moments]) for one in told.samples)


def lived() -> list[Any]:
    said = {one.key: one.why if one.status in ("refused", "control") else "reserved" for one in Touch.objects.all()}
    moments: dict[int, list[tuple[datetime, str, str, str]]] = {}
    for one in Passage.objects.order_by("enrolment_id", "hop"):
        told = said.get(token_of(one.enrolment_id, one.step, one.hop), "")
        moments.setdefault(one.enrolment_id, []).append((one.at, one.step, one.way, told))
    return sorted((one.owner_id, one.entered_at, one.status, one.why, moments.get(one.pk, [])[:40]) for one in Enrolment.objects.all())
