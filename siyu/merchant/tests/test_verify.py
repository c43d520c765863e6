"""Each invariant of the ground names the row that was corrupted, and it alone."""

import re
from datetime import date

import psycopg
import pytest
from django.db import connection

from siyu.lib.clock import utc_now
from siyu.lib.sql import statements
from siyu.merchant import services
from siyu.merchant.rules import ACTOR_KINDS, REACHES, SYSTEM

SQL = vars(statements("siyu.merchant", "verify"))

CORRUPTIONS = [
    ("an_owner_stays", "UPDATE merchant_staff SET role = 'operator' WHERE username = 'boss'"),
    ("staff_have_a_posting", "UPDATE merchant_staff SET reach = 'all' WHERE username = 'ann'"),
    ("staff_have_a_posting", "UPDATE merchant_staff SET store_id = NULL WHERE username = 'mia'"),
    ("staff_have_a_posting", "UPDATE merchant_staff SET role = 'king' WHERE username = 'gone'"),
    ("staff_work_where_work_goes_on", "UPDATE merchant_store SET archived_at = now()"),
    ("stores_lie_in_living_regions", "UPDATE merchant_region SET archived_at = now()"),
    ("who_left_cannot_log_in", "UPDATE merchant_staff SET password = 'x' WHERE username = 'gone'"),
    (
        "settings_keep_their_type",
        "UPDATE merchant_settingvalue SET value = '7' WHERE name = 'merchant.name' AND effective_day > '2026-01-01'",
    ),
    ("currency_and_zone_can_be_read", "UPDATE merchant_settingvalue SET value = '\"yuan\"' WHERE name = 'merchant.currency'"),
    ("keys_are_hashed", "UPDATE merchant_key SET hash = '\\x00'"),
    ("keys_are_hashed", "UPDATE merchant_key SET scopes = ARRAY['members.view']"),
    (
        "audit_names_who_acted",
        "INSERT INTO merchant_audit (at, actor_kind, actor_name, verb, subject, because, detail)"
        " VALUES (now(), 'ghost', 'Ghost', 'x', '', '', '{}')",
    ),
    ("cleared_alarms_say_by_whom", "UPDATE merchant_alarm SET cleared_at = now()"),
]


def furnish() -> None:
    """One row at least of everything that an invariant looks at."""
    region = services.create_region(SYSTEM, "East")
    store = services.create_store(SYSTEM, "e1", "East 1", region)
    services.create_staff(SYSTEM, "boss", "Boss", "owner")
    services.create_staff(SYSTEM, "mia", "Mia", "store_manager", None, None, store)
    services.create_staff(SYSTEM, "ann", "Ann", "shop_assistant", None, None, store)
    services.archive_staff(SYSTEM, services.create_staff(SYSTEM, "gone", "Gone", "analyst").id)
    services.create_key(SYSTEM, "write", "web")
    services.set_setting(SYSTEM, "merchant.currency", "CNY", date(2026, 1, 1), initial=True)
    for day, name in ((date(2026, 1, 1), "Tea"), (date(2026, 2, 1), "Tea house")):
        services.set_setting(SYSTEM, "merchant.name", name, day, initial=True)
    services.raise_alarm("pump.stopped", "", "a column is missing", utc_now())


def broken() -> list[str]:
    with connection.cursor() as cursor:
        return [name for name, sql in SQL.items() if cursor.execute(sql).fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "corruption"), CORRUPTIONS, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CORRUPTIONS)])
def test_a_corrupted_row_is_named(name: str, corruption: str) -> None:
    furnish()
    assert broken() == []

    with connection.cursor() as cursor:
        cursor.execute(corruption)

    assert broken() == [name]


@pytest.mark.django_db
def test_an_empty_installation_and_one_where_nobody_logs_in_yet_are_sound() -> None:
    assert broken() == []

    services.create_staff(SYSTEM, "ann", "Ann", "shop_assistant", may_log_in=False)

    assert broken() == []


def test_a_right_to_rewrite_the_audit_is_named(clone: str, owner: psycopg.Connection) -> None:
    assert broken() == []

    owner.execute("GRANT UPDATE ON merchant_audit TO siyu_app")

    assert broken() == ["audit_stands_as_written"]


def test_the_statements_know_what_the_rules_know() -> None:
    pairs = set(re.findall(r"\('(\w+)', '(\w+)'\)", SQL["staff_have_a_posting"]))
    kinds = re.search(r"actor_kind NOT IN \(([^)]*)\)", SQL["audit_names_who_acted"])

    assert pairs == {(role.value, reach.value) for role, reaches in REACHES.items() for reach in reaches}
    assert kinds is not None
    assert set(re.findall(r"\w+", kinds[1])) == set(ACTOR_KINDS)


def test_every_invariant_is_corrupted_once() -> None:
    assert {name for name, _ in CORRUPTIONS} | {"audit_stands_as_written"} == set(SQL)
