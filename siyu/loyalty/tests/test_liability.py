"""What is owed, when it ends, what experience says will end unused, and a journal whose two sides are equal."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from siyu.facts.pump import pump
from siyu.loyalty.queries.liability import journal, journal_entries, liability
from siyu.merchant.rules import SYSTEM, Role
from siyu.merchant.services import create_staff

from . import scene

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def pool() -> None:
    """Yue: 100 points, matured; Lan: 50, still pending; both end with March 2027."""
    scene.install()
    scene.pays("yue", 10_000, "1")
    scene.receives("yue", "1")
    pump(scene.START + scene.days(8))
    scene.pays("lan", 5_000, "2", scene.START + scene.days(9))


def client_of(role: Role, **reach: object) -> Client:
    made = create_staff(SYSTEM, f"a-{role}", "Ana", role, **reach)  # type: ignore[arg-type]
    browser = Client()
    browser.force_login(apps.get_model("merchant", "Staff").objects.get(pk=made.id))
    return browser


def test_points_stand_under_the_month_in_which_they_end(pool) -> None:
    found = liability("points", scene.START + scene.days(10), SHANGHAI)

    assert [(month.first_day, month.pending, month.available, month.held) for month in found.months] == [(date(2027, 3, 1), 50, 100, 0)]
    assert (found.total, found.debt, found.breakage, found.expected_breakage) == (150, 0, None, 0)


def test_what_ended_unused_within_a_year_is_the_experience_for_what_is_left(pool) -> None:
    later = datetime.fromisoformat("2027-04-02T00:00:00+00:00")
    pump(later)
    scene.pays("yue", 3_000, "3", later)

    found = liability("points", later, SHANGHAI)

    assert found.breakage == 1.0
    assert (found.total, found.expected_breakage) == (30, 30)


def test_the_journal_says_every_movement_twice(pool) -> None:
    lines = journal(date(2026, 3, 1), date(2026, 3, 31))
    entries = list(journal_entries(date(2026, 3, 1), date(2026, 3, 31), 1_000))

    earned = [(line.debit, line.credit, line.amount, line.entries) for line in lines if (line.unit, line.kind) == ("points", "earn")]
    assert earned == [("issued", "pending", 100, 1), ("issued", "pending", 50, 1)]
    assert sum(line.entries for line in lines) == len(entries)
    assert sum(line.amount for line in lines) == sum(entry.amount for entry in entries)
    assert {(entry.rule, entry.order_number) for entry in entries if entry.unit == "points"} == {
        ("order_points", "1"),
        ("order_points", "2"),
    }
    assert list(journal_entries(date(2026, 3, 1), date(2026, 3, 31), 2)) == entries[:2]


def test_finance_takes_the_journal_away_and_the_audit_knows(pool) -> None:
    address = reverse("loyalty-journal") + "?from=2026-03-01&to=2026-03-31"
    finance = client_of(Role.FINANCE)
    scene.pays("mei", 2_000, "4", scene.START + scene.days(9))  # two movements of one kind on one day

    told = b"".join(finance.get(address)).decode("utf-8-sig")
    single = b"".join(finance.get(address + "&entries=1")).decode("utf-8-sig")

    assert next(csv.reader(io.StringIO(told))) == ["business_day", "unit", "kind", "debit", "credit", "amount", "entries"]
    assert len(list(csv.reader(io.StringIO(single)))) > len(list(csv.reader(io.StringIO(told))))
    assert apps.get_model("merchant", "Audit").objects.filter(verb="loyalty.journal_exported").count() == 2
    assert client_of(Role.ANALYST).get(address).status_code == 403


def test_the_page_shows_the_whole_to_those_who_see_the_whole(pool) -> None:
    whole = client_of(Role.OWNER).get(reverse("liability")).content.decode()
    store = apps.get_model("merchant", "Store").objects.create(code="s", name="S")
    narrow = client_of(Role.STORE_MANAGER, store_id=store.pk).get(reverse("liability")).content.decode()

    assert "150" in whole
    assert "2027-03" in whole
    assert "2027-03" not in narrow
