"""How long somebody waits by the rhythm of their own buying."""

from datetime import timedelta

import pytest

from siyu.journeys.steps.rhythm import Terms, days_of
from siyu.journeys.tests.given import DAY, HOUR, NOW, person, say, tell
from siyu.orders.queries import rhythms


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [(None, 30), (20.0, 20), (20.4, 20), (1.0, 3), (500.0, 120)],
)
def test_the_median_in_whole_days_within_its_bounds(rhythm, days):
    assert days_of(Terms(), rhythm) == timedelta(days=days)
    assert days_of(Terms(percent=200, at_most=200), 20.0) == timedelta(days=40)


@pytest.mark.django_db
def test_the_rhythm_is_the_median_of_days_between_days_of_purchase_up_to_an_instant():
    for number, days in enumerate((100, 70, 69, 60, 60)):
        tell(say("order.paid", "yue", NOW - days * DAY + number * HOUR, shop="web", order_number=f"{number}", amount_minor=100))
    yue = person("yue")

    assert rhythms([(yue, NOW), (yue, NOW - 65 * DAY), (yue, NOW - 80 * DAY), (yue + 1, NOW)]) == [9, 15.5, None, None]
