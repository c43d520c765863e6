"""The workbench and the dashboard, as each role and in both languages."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from siyu.insights.tests import builders as pool
from siyu.merchant.services import raise_alarm

pytestmark = pytest.mark.django_db
PARTS = ("figures", "arrivals", "funnel", "funnel-year", "revenue", "cohorts", "clocks", "tiers")


def visitor(role="owner", reach="all", language="en", **more) -> Client:
    staff = apps.get_model("merchant.Staff").objects.create(
        username=f"{role}-{language}", name="Lin", role=role, reach=reach, language=language, **more
    )
    client = Client()
    client.force_login(staff)
    client.staff = staff
    return client


def ago(days: int) -> str:
    return (timezone.now() - timedelta(days)).astimezone(pool.SHANGHAI).strftime("%Y-%m-%d %H:%M")


@pytest.fixture
def week():
    """A small pool whose newest day is three days ago, and an order of each of three days."""
    pool.model("facts.Source").create(name="lesson", badge="公开教学数据")
    person = pool.person(ago(3), identified=ago(3))
    pool.buys(person, ago(3), ago(4), ago(5), amount=123_456)
    pool.lives(person, "silent", "active", "repeat_buyer")
    pool.comes_by(person, "douyin", ago(3))
    return person


def test_strangers_are_sent_to_the_log_in():
    response = Client().get("/dashboard?range=7")
    assert response.status_code == 302
    assert response["Location"] == "/login?next=%2Fdashboard%3Frange%3D7"


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "今日工作台"), ("en", "Today's workbench")])
def test_the_workbench_speaks_the_persons_language(week, language, title):
    page = visitor(language=language).get("/").content.decode()
    assert f"<title>{title.replace(chr(39), '&#x27;')}" in page
    assert "公开教学数据" in page


def test_when_today_is_empty_the_last_day_with_facts_comes_first(week):
    page = visitor().get("/").content.decode()
    assert page.index("Last day with facts") < page.index("Today</h2>" if "Today</h2>" in page else ">Today ")
    assert "¥1,234.56" in page


def test_the_workbench_shows_alarms_with_the_button_that_solves_them():
    raise_alarm("pump.stopped", "", "a column is missing", timezone.now())
    page = visitor().get("/").content.decode()
    assert "The pump stands still" in page
    assert "a column is missing" in page
    assert "Look at what stopped it" in page


def test_an_assistant_sees_own_customers_only_and_no_machinery(week):
    raise_alarm("pump.stopped", "", "a column is missing", timezone.now())
    client = visitor("shop_assistant", "own")
    mine = pool.person(ago(1), identified=ago(1), assistant=client.staff)
    pool.buys(mine, ago(1), amount=777)
    page = client.get("/").content.decode()
    assert "¥7.77" in page
    assert "¥1,234.56" not in page
    assert "a column is missing" not in page
    assert "quarantine" not in page
    assert client.get("/dashboard").status_code == 403


def test_finance_sees_money_and_no_people(week):
    page = visitor("finance").get("/").content.decode()
    assert "Revenue" in page
    assert "Active people" not in page


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_dashboard_comes_with_data_and_without(week, part):
    client = visitor("analyst")
    full = client.get(f"/dashboard/{part}?range=30")
    empty = client.get(f"/dashboard/{part}?from=2020-01-01&to=2020-01-31")
    assert (full.status_code, empty.status_code) == (200, 200)
    assert b"<html" not in full.content


@pytest.mark.parametrize(
    ("part", "chart"), [("arrivals", "arrivals"), ("funnel", "funnel"), ("revenue", "stores"), ("cohorts", "cohorts"), ("clocks", "ladder")]
)
def test_every_picture_has_its_table_as_csv(week, part, chart):
    response = visitor("analyst").get(f"/dashboard/{part}?range=30&csv={chart}")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert response["Content-Type"].startswith("text/csv")
    assert len(lines) > 1


def test_the_funnel_of_the_week_reads_one_one_one_one(week):
    response = visitor("analyst").get("/dashboard/funnel?range=30&csv=funnel")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[:2] for line in lines] == [
        ["First seen", "1"],
        ["Identified", "1"],
        ["First purchase", "1"],
        ["Repurchase", "1"],
    ]


def test_a_refused_range_says_why_and_shows_the_usual_one():
    page = visitor().get("/dashboard?from=2026-03-09&to=2026-03-01").content.decode()
    assert "lies behind" in page


def test_an_unknown_part_is_not_found():
    assert visitor().get("/dashboard/secrets").status_code == 404


@pytest.mark.parametrize("path", ["/", "/dashboard"])
def test_pages_bring_nothing_from_elsewhere(week, path):
    response = visitor(language="zh-hans").get(path)
    page = response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "//" not in page.replace("<!doctype html>", "").replace("://testserver", "")


def test_a_missing_page_is_told_in_the_frame_of_the_house():
    response = visitor().get("/nowhere")
    page = response.content.decode()
    assert response.status_code == 404
    assert "http.404" in page
    assert "Lin" in page


def test_a_damaged_page_link_is_told_with_its_code():
    client = visitor()
    for path in ("/orders?cursor=tampered", "/audit?cursor=tampered"):
        response = client.get(path)
        assert response.status_code == 400
        assert "page.cursor" in response.content.decode()
