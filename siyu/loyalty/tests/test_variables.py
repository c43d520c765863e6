"""Templates speak of points and tiers: what a member has, what ends soon, and nothing where there is nothing."""

from datetime import date, timedelta

import pytest

from siyu.loyalty.services import Because, Grant, grant
from siyu.merchant.rules import SYSTEM
from siyu.touches.tests import scene
from siyu.touches.tests.scene import NOON
from siyu.touches.variables import values_of

pytestmark = pytest.mark.django_db
ENDING = {"points.expiring", "points.expires_on", "points.expires_in"}


def given(member: int, amount: int, key: str, until: object) -> None:
    grant(SYSTEM, [Grant(member, "points", amount, key, Because("test", key, "as told"), expires_at=until)], NOON)  # type: ignore[arg-type]


def test_who_has_nothing_yet_has_no_points_and_no_tier() -> None:
    yue = scene.person("yue")

    said = values_of([yue], {"points.available", "points.pending", "points.expiring", "tier.name"}, NOON)[yue]

    assert (said["points.available"], said["points.pending"]) == (0, 0)
    assert "tier.next" not in said
    assert "points.expiring" not in said


def test_what_ends_first_is_told_with_its_last_day_for_each_of_a_set() -> None:
    yue, lan, mei = scene.person("yue"), scene.person("lan"), scene.person("mei")
    midnight = NOON + timedelta(hours=12)  # 00:00 in Shanghai
    given(yue, 30, "a", midnight + timedelta(days=2))
    given(yue, 12, "b", midnight + timedelta(days=2))
    given(yue, 50, "c", midnight + timedelta(days=20))
    given(lan, 70, "d", midnight)
    given(mei, 90, "e", NOON + timedelta(days=60))

    said = values_of([yue, lan, mei], ENDING, NOON)

    assert said[yue] == {"points.expiring": 42, "points.expires_on": date(2026, 5, 7), "points.expires_in": 2}
    assert said[lan] == {"points.expiring": 70, "points.expires_on": date(2026, 5, 5), "points.expires_in": 0}
    assert said[mei] == {}
