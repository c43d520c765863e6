"""Programs come in: what they are told, what happens once, and schemathesis over every operation of the document."""

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest
import schemathesis
from django.apps import apps
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from siyu.api import api
from siyu.console.tests.people import PHONE, live, member
from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.loyalty.services import Because, Grant, grant, grant_tier
from siyu.members.services import card_code
from siyu.merchant.rules import PERMISSIONS_KNOWN, SYSTEM
from siyu.merchant.services import create_key

pytestmark = pytest.mark.django_db
BASE = "/api/v1"
# writes that happen once by their nature, and questions whose body is too long for an address
BY_NATURE = ("/lookup", "/card", "/quote", "/count", "/check-ins", "/claim", "/read", "/consents")


def caller(*scopes: str, name: str = "shop") -> Client:
    plain = create_key(SYSTEM, "api", name, scopes=list(scopes or PERMISSIONS_KNOWN))
    return Client(headers={"Authorization": f"Bearer {plain}"})


def post(client: Client, path: str, body: dict | None = None, key: str = "k1"):
    return client.post(BASE + path, body or {}, content_type="application/json", headers={"Idempotency-Key": key})


@pytest.fixture
def yue() -> str:
    """The public id of a member with 100 points to spend."""
    live()
    one = member("小月")
    grant(SYSTEM, [Grant(one.pk, "points", 100, "gift", Because("test", "1", "见面礼"))], utc_now())
    return one.public_id


def available(client: Client, who: str) -> int:
    found = client.get(f"{BASE}/loyalty/members/{who}/balances").json()
    return next((one["available"] for one in found if one["unit"] == "points"), 0)


def test_a_tier_is_told_with_what_comes_after_it_also_when_it_was_granted(yue) -> None:
    shop, path = caller("loyalty.view"), f"{BASE}/loyalty/members/{yue}/tier"
    plain = shop.get(path).json()
    grant_tier(SYSTEM, apps.get_model("members.Member").objects.get(public_id=yue).pk, "gold", date.max, "补偿", now=utc_now())

    granted = shop.get(path).json()

    assert (plain["code"], plain["next_code"], plain["missing"]) == ("bronze", "silver", 500)
    assert (granted["code"], granted["growth"], granted["next_code"], granted["missing"]) == ("gold", 500, "platinum", 19_500)


def test_a_member_is_found_by_a_handle_and_by_the_code_of_a_card(yue) -> None:
    shop = caller("members.view")

    by_phone = shop.post(f"{BASE}/members/lookup", {"kind": "phone", "value": PHONE}, content_type="application/json")
    code = card_code(apps.get_model("members.Member").objects.get(public_id=yue).pk, utc_now())
    by_card = shop.post(f"{BASE}/members/card", {"code": code}, content_type="application/json")
    nobody = shop.post(f"{BASE}/members/lookup", {"kind": "phone", "value": "13900000000"}, content_type="application/json")

    assert by_phone.status_code == 200
    assert by_card.json()["id"] == yue
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member.unknown")


def test_what_a_member_told_staff_is_written_down_once_and_read_back(yue) -> None:
    shop, path = caller("members.edit"), f"/members/{yue}/consents"
    said = {"purpose": "marketing", "channel": "any", "is_given": False, "at": "2026-05-04T10:00:00+08:00", "way": "phone"}

    first, again = post(shop, path, said), post(shop, path, said)
    unproven = post(shop, path, said | {"is_given": True})
    pump(utc_now())
    newest, before = caller("members.view", name="desk").get(f"{BASE}{path}").json()

    assert first.json() == again.json()
    assert (unproven.status_code, unproven.json()["code"]) == (409, "consent.note")
    assert (newest["channel"], newest["is_given"], newest["way"], newest["by"]) == ("sms", True, "", "")
    assert (before["channel"], before["is_given"], before["way"], before["by"]) == ("any", False, "phone", "shop")


def test_points_are_held_for_a_cart_captured_once_and_returned(yue) -> None:
    shop = caller()
    before = available(shop, yue)

    held = post(shop, f"/loyalty/members/{yue}/holds", {"amount": 60, "reference": "cart 7"}, "hold-7").json()
    again = post(shop, f"/loyalty/members/{yue}/holds", {"amount": 60, "reference": "cart 7"}, "hold-7").json()
    after_hold = available(shop, yue)
    captured = post(shop, f"/loyalty/holds/{held['key']}/capture", {"amount": 45}, "pay-7")
    twice = post(shop, f"/loyalty/holds/{held['key']}/capture", {"amount": 45}, "pay-7b")
    after_capture = available(shop, yue)
    back = post(shop, f"/loyalty/moves/{captured.json()['key']}/return", {}, "back-7")
    told = shop.get(f"{BASE}/loyalty/members/{yue}/statement").json()
    assert [(one["kind"], one["amount"], one["change"]) for one in told[:4]] == [
        ("give_back", 45, 45),
        ("void", 15, 0),
        ("capture", -45, -45),
        ("hold", -60, 0),
    ]

    assert (again["is_repeated"], again["key"]) == (True, held["key"])
    assert (after_hold, after_capture) == (before - 60, before - 45)
    assert (twice.status_code, twice.json()["code"]) == (409, "hold.closed")
    assert (back.status_code, available(shop, yue)) == (200, before)


def test_balances_stand_as_time_has_made_them_before_anybody_posted_it(yue) -> None:
    shop, now = caller(), utc_now()
    before = available(shop, yue)
    short = Grant(member("小月").pk, "points", 7, "short", Because("test", "1", "限时"), expires_at=now - timedelta(days=1))

    grant(SYSTEM, [short], now - timedelta(days=2))

    assert available(shop, yue) == before


def test_a_key_used_for_something_else_is_refused_and_two_callers_keys_never_meet(yue) -> None:
    shop, other = caller(), caller(name="other")
    post(shop, f"/loyalty/members/{yue}/spends", {"amount": 1}, "same")

    reused = post(shop, f"/loyalty/members/{yue}/spends", {"amount": 2}, "same")
    others = post(other, f"/loyalty/members/{yue}/spends", {"amount": 2}, "same")

    assert (reused.status_code, reused.json()["code"]) == (409, "key.reused")
    assert (others.status_code, others.json()["is_repeated"]) == (200, False)


def test_too_much_is_refused_with_a_code_and_moves_nothing(yue) -> None:
    shop = caller()
    before = available(shop, yue)

    refused = post(shop, f"/loyalty/members/{yue}/spends", {"amount": 10**9})

    assert (refused.status_code, refused.json()["code"]) == (409, "value.insufficient")
    assert available(shop, yue) == before


@pytest.mark.parametrize(
    "said",
    [{"expires_at": "2099-01-01T00:00:00"}, {"available_at": "2099-01-01"}, {"words": "a\0b"}, {"reference": "\0"}],
)
def test_what_cannot_be_kept_is_refused_as_unreadable(yue, said) -> None:
    answer = post(caller(), f"/loyalty/members/{yue}/grants", {"amount": 5, **said})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


@pytest.mark.parametrize(
    ("headers", "status", "code"), [({}, 401, "key.unknown"), ({"Authorization": "Bearer siyu_k_wrong"}, 401, "key.unknown")]
)
def test_strangers_stay_outside(yue, headers, status, code) -> None:
    answer = Client(headers=headers).get(f"{BASE}/loyalty/members/{yue}/balances")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_key_does_what_its_scopes_say_and_nothing_else(yue) -> None:
    reader = caller("loyalty.view")

    refused = post(reader, f"/loyalty/members/{yue}/spends", {"amount": 1})

    assert (refused.status_code, refused.json()["code"]) == (403, "key.scope")
    assert reader.get(f"{BASE}/loyalty/members/{yue}/tier").status_code == 200


def test_every_operation_is_described_and_guarded() -> None:
    document = Client().get(f"{BASE}/openapi.json").json()

    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            assert operation.get("summary"), (verb, path)
            assert operation.get("security"), (verb, path)
            assert {"401", "403", "422"} <= set(operation["responses"]), (verb, path)
            if verb in ("post", "put", "patch", "delete") and not path.endswith(BY_NATURE):
                headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
                assert "Idempotency-Key" in headers, (verb, path)


def test_the_pages_of_the_document_come_from_this_house() -> None:
    page = Client().get(f"{BASE}/docs")

    assert page.status_code == 200
    assert b"http://" not in page.content.replace(b"http://www.w3.org", b"")
    assert b"https://" not in page.content


load_all_checks()
LENIENT = CHECKS.get_one("negative_data_rejection")  # a query parameter that nobody knows is ignored, as everywhere


@cache
def application():
    """Django behind WSGI, made when it is first asked."""
    return get_wsgi_application()


schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(path_prefix=f"{BASE}/"))))
schema.app = lambda environ, start_response: application()(environ, start_response)


@pytest.fixture
def key(db) -> Iterator[str]:
    """A key with every scope. Requests come through WSGI inside of the test's transaction, which their end would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield create_key(SYSTEM, "api", "fuzz", scopes=sorted(PERMISSIONS_KNOWN))
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=int(os.environ.get("SIYU_EXAMPLES", "5")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_no_request_breaks_an_operation_and_no_answer_is_undocumented(case, yue, key: str) -> None:
    if "member" in case.path_parameters and len(str(case.path_parameters["member"])) % 2:
        case.path_parameters["member"] = yue  # half of the time somebody who is there
    case.call_and_validate(headers={"Authorization": f"Bearer {key}", "Host": "testserver"}, excluded_checks=[LENIENT])
