"""Audiences for programs: made once by a key, counted, listed page by page, explained."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from siyu.audiences.services import take_snapshot
from siyu.audiences.tests.test_pages import BUYERS, NOW, live
from siyu.facts.pump import pump
from siyu.members.models import Member
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import create_key

pytestmark = pytest.mark.django_db
BASE = "/api/v1/audiences"


@pytest.fixture
def call():
    live()
    secret = create_key(SYSTEM, "api", "program", ["audiences.view", "audiences.edit"])
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(path: str, body: dict | None = None, key: str = "k1"):
        if body is None:
            return client.get(BASE + path)
        return client.post(BASE + path, json.dumps(body), content_type="application/json", headers={"idempotency-key": key})

    return ask


def test_an_audience_is_made_once_counted_listed_and_explained(call):
    body = {"name": "买过", "rule": BUYERS}
    made = call("", body).json()
    assert call("", body).json()["id"] == made["id"]
    assert call("", {**body, "rule": {}}).status_code == 409
    pump(NOW + timedelta(minutes=2))

    one = call(f"/{made['id']}").json()
    first = call(f"/{made['id']}/members?limit=1").json()
    second = call(f"/{made['id']}/members?limit=1&after={first['next']}").json()
    anna = Member.objects.get(nickname="小月").public_id
    told = call(f"/{made['id']}/members/{anna}/why").json()

    assert (one["members"], one["version"], one["is_computing"]) == (2, 1, False)
    assert len(first["members"]) == len(second["members"]) == 1
    assert second["next"] is None
    assert told["holds"] is True
    assert told["facts"][0].startswith("order.paid ")
    assert call("/count", {"rule": {"not": BUYERS}}).json() == {"members": 1, "people": 3, "is_exact": True}
    assert [each["name"] for each in call("").json()] == ["买过"]


def test_refusals_have_codes_and_name_the_node(call):
    wrong = call("", {"name": "x", "rule": {"all": [BUYERS, {"condition": "tag", "tags": []}]}})

    assert wrong.status_code == 409
    assert wrong.json()["code"] == "rule.invalid"
    assert wrong.json()["message"].startswith("all[1]: ")
    assert [call(f"/{number}").json()["code"] for number in (999, 2**63, 10**30)] == ["audience.unknown"] * 3
    assert "did_fact" in call("/schema").json()["$defs"]


def test_who_moved_between_value_groups_is_told_once_there_are_borders(call):
    today = NOW.date()
    span = f"/value-groups?first={today - timedelta(days=3)}&last={today + timedelta(days=1)}"
    assert call(span).json()["code"] == "rfm.missing"
    take_snapshot(SYSTEM, now=NOW + timedelta(minutes=1))

    moves = call(span).json()

    assert {(one["was"], one["stands"]) for one in moves} <= {
        ("", "ordinary"),
        ("", "silent_potential"),
        ("", "high_value"),
        ("", "onlooker"),
    }
    assert sum(one["people"] for one in moves) == 3
    assert sum(one["net_minor"] for one in moves) == 2 * 9_900
    assert call(f"/value-groups?first={today}&last={today - timedelta(days=1)}").json()["code"] == "range.invalid"
    assert call("/value-groups?first=0001-01-01&last=0001-01-02").json()["code"] == "range.invalid"
