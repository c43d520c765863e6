"""Templates speak of points and tiers: what a member has, what ends soon, and nothing where there is nothing."""

from datetime import date, timedelta

import pytest

from siyu.loyalty.services import Because, Grant, grant, grant_tier
from siyu.loyalty.tests.scene import START, days, happens, install, member, pays
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


def test_what_comes_follows_the_tier_that_is_held_and_not_growth_alone() -> None:
    install()
    pays("anna", 10_000, "A1")
    happens("member.checked_in", "ben")
    grant_tier(SYSTEM, member("anna"), "gold", date(2026, 6, 30), "补偿", now=START + days(1))

    said = values_of([member("anna"), member("ben")], {"tier.name", "tier.next", "tier.missing"}, START + days(2))

    names = ("tier.name", "tier.next", "tier.missing")
    assert [said[member("anna")][name] for name in names] == ["金卡", "铂金", 19_900]
    assert [said[member("ben")][name] for name in names] == ["普通", "银卡", 1_000]
