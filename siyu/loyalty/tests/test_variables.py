"""Templates speak of points and tiers: what a member has, and nothing where there is nothing."""

import pytest

from siyu.touches.tests import scene
from siyu.touches.tests.scene import NOON
from siyu.touches.variables import values_of

pytestmark = pytest.mark.django_db


def test_who_has_nothing_yet_has_no_points_and_no_tier() -> None:
    yue = scene.person("yue")

    said = values_of([yue], {"points.available", "points.pending", "tier.name"}, NOON)[yue]

    assert (said["points.available"], said["points.pending"]) == (0, 0)
    assert "tier.next" not in said
