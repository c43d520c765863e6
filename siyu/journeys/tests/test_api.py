"""Journeys as programs see them."""

from typing import Any

import pytest
from django.test import Client

from siyu.facts.pump import pump
from siyu.journeys.models import Enrolment
from siyu.journeys.tests.given import NOW, chain, person, publish, say, tell
from siyu.lib.clock import utc_now
from siyu.members.models import Member
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import create_key, set_setting

pytestmark = pytest.mark.django_db
BASE = "/api/v1/journeys"
CALLED = chain({"step": "wait", "days": 1}, {"step": "end"}, trigger={"kind": "api"})


def caller(*scopes: str, name: str = "crm") -> Client:
    return Client(headers={"Authorization": f"Bearer {create_key(SYSTEM, 'api', name, scopes=list(scopes))}"})


def post(client: Client, path: str, body: dict[str, Any], key: str = "k1") -> Any:
    return client.post(BASE + path, body, content_type="application/json", headers={"Idempotency-Key": key})


@pytest.fixture
def crm() -> Client:
    return caller("journeys.view", "journeys.edit")


def test_a_member_is_called_in_once_and_seen_on_the_way(crm: Client):
    publish(CALLED, now=utc_now())
    body = {"handle": {"kind": "user_id", "value": "anna"}, "properties": {"order": "17"}}

    first, again = post(crm, "/j/calls", body), post(crm, "/j/calls", body)
    other = post(crm, "/j/calls", {**body, "properties": {}})
    pump(utc_now())

    assert (first.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "key.reused")
    member = Member.objects.get(pk=person("anna")).public_id
    (one,) = crm.get(f"{BASE}/members/{member}").json()
    assert (one["journey"], one["step"], one["status"]) == ("j", "s1", "waiting")
    assert crm.get(f"{BASE}/j/counts").json()["standing"] == {"s1": 1}
    assert crm.get(f"{BASE}/j/enrolments").json()["enrolments"] == [one]
    assert crm.get(f"{BASE}/enrolments/{one['id']}").json() == {"enrolment": one, "passages": []}
    assert [each["under_way"] for each in crm.get(BASE).json()] == [1]


def test_a_member_is_called_by_public_id(crm: Client):
    publish(CALLED, now=utc_now())
    tell(say("page.viewed", "anna", NOW))
    anna = person("anna")

    answer = post(crm, "/j/calls", {"member": Member.objects.get(pk=anna).public_id})
    pump(utc_now())

    assert answer.status_code == 200
    assert Enrolment.objects.get().owner_id == anna


@pytest.mark.parametrize("properties", [{"a": "\0"}, {"a": "x" * 500_001}, {"journey": "k"}, {f"p{place}": 1 for place in range(51)}])
def test_properties_that_cannot_be_kept_are_refused_as_such(crm: Client, properties: dict[str, Any]):
    publish(CALLED, now=utc_now())

    answer = post(crm, "/j/calls", {"handle": {"kind": "user_id", "value": "anna"}, "properties": properties})

    assert (answer.status_code, answer.json()["code"]) == (409, "call.properties")
    assert "properties" in answer.json()["message"]


def test_a_kind_of_handle_that_nobody_knows_makes_no_member(crm: Client):
    publish(CALLED, now=utc_now())
    with_kind = {kind: {"handle": {"kind": kind, "value": "anna"}} for kind in ("usr_id", "erased", "tablet")}

    answers = [post(crm, "/j/calls", body, kind) for kind, body in with_kind.items()]
    set_setting(SYSTEM, "members.identity_kinds", {"tablet": {"strong": False}}, today(utc_now()))
    known = post(crm, "/j/calls", with_kind["tablet"], "own")
    pump(utc_now())

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(409, "handle.kind")}
    assert "usr_id" in answers[0].json()["message"]
    assert "user_id, phone, email" in answers[0].json()["message"]
    assert known.status_code == 200
    assert Member.objects.count() == 1


def test_what_cannot_be_is_refused_with_its_code(crm: Client):
    publish(chain({"step": "end"}), now=utc_now())
    anna = {"handle": {"kind": "user_id", "value": "anna"}}

    assert post(crm, "/j/calls", anna).json()["code"] == "journey.state"
    assert post(crm, "/nope/calls", anna).json()["code"] == "journey.unknown"
    assert post(crm, "/j/calls", {}).json()["code"] == "call.whom"
    assert post(crm, "/j/calls", {"member": "nobody"}).json()["code"] == "member.unknown"
    assert crm.get(f"{BASE}/nope").status_code == 404
    assert crm.get(f"{BASE}/enrolments/1").json()["code"] == "enrolment.unknown"
    assert crm.get(f"{BASE}/j/definition?version=9").json()["code"] == "version.unknown"
    assert crm.get(f"{BASE}/j/definition?version=1").json()["first"] == "s1"
    assert crm.get(f"{BASE}/j/counts?version=9").json()["code"] == "version.unknown"
    assert crm.get(f"{BASE}/j/counts?version=1").json()["entered"] == 0
    assert post(caller("journeys.view", name="reader"), "/j/calls", anna).status_code == 403
    assert crm.get(f"{BASE}/schema").json()["title"] == "Definition of a journey"
