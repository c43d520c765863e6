"""What the merchant decides about people is filled in by fields, and says what it said before."""

from typing import Any

import pytest
from django.test import Client

from siyu.lib.clock import utc_now
from siyu.members.rules.settings import SETTINGS
from siyu.merchant.models import Staff
from siyu.merchant.queries import settings_book, today

pytestmark = pytest.mark.django_db
BY_NAME = {setting.name: setting for setting in SETTINGS}


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.force_login(Staff.objects.create(username="owner", name="林晓", role="owner", reach="all", language="en"))
    return client


def post(owner: Client, name: str, *rows: dict[str, str]) -> Any:
    fields = {f"value.{place}:{field}": value for place, row in enumerate(rows) for field, value in row.items()}
    return owner.post(f"/settings/members.{name}", {"from_day": str(today(utc_now())), **fields})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("members.pool_stage_days", [30, 90, 180]),
        ("members.activity", {"usual_gap": 30, "shortest_gap": 7, "longest_gap": 90, "drowsy_after": 2, "lost_after": 4}),
        ("members.identity_kinds", {"phone": {"limit": 3, "strong": True}, "tablet": {"strong": False}, "card": {"limit": 9}, "email": {}}),
        ("members.blocked_identities", ["测试账号", "no-phone"]),
    ],
)
def test_rows_say_what_the_value_says(name: str, value: Any) -> None:
    setting = BY_NAME[name]

    assert setting.of_rows(setting.rows_of(value)) == value


def test_stages_rhythms_kinds_and_blocked_values_are_filled_in_by_fields(owner: Client) -> None:
    typed: dict[str, list[dict[str, str]]] = {
        "pool_stage_days": [{"silent": "14", "growing": "60", "active": "120"}],
        "activity": [{"usual_gap": "20", "shortest_gap": "5", "longest_gap": "60", "drowsy_after": "2", "lost_after": "3"}],
        "identity_kinds": [{"kind": "phone", "limit": "2", "strong": "usual"}, {"kind": "tablet", "strong": "weak"}],
        "blocked_identities": [{"value": "测试账号"}],
    }

    assert [post(owner, name, *rows).status_code for name, rows in typed.items()] == [302] * 4
    book, day = settings_book(), today(utc_now())

    assert [book.value(f"members.{name}", day) for name in typed] == [
        [14, 60, 120],
        {"usual_gap": 20, "shortest_gap": 5, "longest_gap": 60, "drowsy_after": 2, "lost_after": 3},
        {"phone": {"limit": 2}, "tablet": {"strong": False}},
        ["测试账号"],
    ]
    page = owner.get("/settings").content.decode()
    assert "Last day of the silent stage: 14" in page
    assert "Kind of identity: Phone · At most of one member: 2 · What it names: as usual" in page
    assert "Kind of identity: tablet · What it names: a device" in page


@pytest.mark.parametrize(
    ("name", "rows", "says"),
    [
        ("pool_stage_days", [{"silent": "90", "growing": "30", "active": "180"}], "three rising numbers"),
        ("pool_stage_days", [], "At least one row."),
        ("pool_stage_days", [{"silent": "0", "growing": "30", "active": "180"}], "no less than 1"),
        ("identity_kinds", [{"kind": "phone", "limit": "2"}, {"kind": "phone", "limit": "3"}], "Two rows are about the same"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_the_fields(owner: Client, name: str, rows: list[dict[str, str]], says: str) -> None:
    answer = post(owner, name, *rows)

    assert (answer.status_code, says in answer.content.decode()) == (200, True)


def test_rows_that_must_be_there_have_no_button_to_take_them_out(owner: Client) -> None:
    page = owner.get("/settings/members.activity").content.decode()

    assert 'value="30"' in page
    assert "Remove row" not in page
    assert "value.add" not in page


def test_kinds_are_offered_by_their_titles(owner: Client) -> None:
    page = owner.get("/settings/members.identity_kinds").content.decode()

    assert '<option value="wecom_external_userid">WeCom customer</option>' in page
