"""The doctor names what is wrong and says what to do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from siyu.facts.holding import hold
from siyu.facts.pump import pump
from siyu.facts.rules import FactError, Incoming
from siyu.facts.services import record
from siyu.lib.grants import PROTECTED
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import SYSTEM
from siyu.operate import database, doctor
from siyu.operate.doctor import examine
from siyu.operate.up import Address
from siyu.touches.services import open_account

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOBODY = Address("127.0.0.1", 9)
both_connections = pytest.mark.django_db(databases=["default", "owner"])


def findings(now=NOW):
    return {finding.check: finding for finding in examine(now, NOBODY)}


@both_connections
def test_a_prepared_database_is_well_and_a_missing_worker_is_told():
    found = findings()

    assert found["database"].state == found["migrations"].state == found["role's rights"].state == "ok"
    assert (found["worker"].state, found["worker"].found) == ("warn", "never started")


@both_connections
def test_what_lies_in_quarantine_is_told():
    assert findings()["quarantine"].found == "empty"
    record([Incoming(name="order.paid", occurred_at=NOW, message="m", properties={"shop": "web"})], source="web", received_at=NOW)
    pump(NOW)
    with connection.cursor() as cursor:
        hold(cursor.cursor, "members", 7, FactError("test.failed", "a clock"), NOW)

    found = findings()["quarantine"]

    assert (found.state, found.found) == ("warn", "1 messages, and the due work of 1 members")
    assert "page of the quarantine" in found.remedy


@both_connections
def test_a_worker_is_live_for_thirty_seconds_after_its_sign():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE facts_pump SET beat_at = %s", [NOW - timedelta(seconds=29)])

    assert findings()["worker"].state == "ok"
    assert findings(NOW + timedelta(seconds=2))["worker"].found == "silent"


@both_connections
def test_a_stopped_pump_fails_with_its_reason():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE facts_pump SET stopped_code = 'pump.program', stopped_because = 'column x is missing'")

    pump = findings()["pump"]
    assert pump.state == "fail"
    assert "column x is missing" in pump.remedy


def test_rights_that_were_given_by_mistake_are_found(clone, owner):
    owner.execute("GRANT DELETE ON loyalty_entry TO siyu_app")

    rights = findings()["role's rights"]

    assert rights.state == "fail"
    assert "delete loyalty_entry" in rights.found


def test_every_protected_right_is_tried():
    tried = set(vars(statements("siyu.operate", "rights")))

    assert tried == {f"{verb.lower()}_{table}" for table, verbs in PROTECTED.items() for verb in verbs if verb != "TRUNCATE"}


@both_connections
def test_an_account_that_leads_where_nothing_may_be_sent_any_more_fails_and_says_what_to_do(settings):
    settings.REACHABLE = ["127.0.0.1"]
    hook = {"url": "http://127.0.0.1:9000/hook", "secret": "whsec_" + "a" * 32}
    mail = {"host": "127.0.0.1", "port": "1025", "security": "none", "sender": "shop@example.com"}
    open_account(SYSTEM, "hook", "Hook", "webhook", hook, now=NOW)
    open_account(SYSTEM, "mail", "Mail", "email", mail, now=NOW)
    assert findings()["accounts"].state == "ok"

    settings.REACHABLE = []
    found = findings()["accounts"]

    assert found.state == "fail"
    assert "hook: 127.0.0.1 is this machine" in found.found
    assert "mail: 127.0.0.1 is this machine" in found.found
    assert "SIYU_REACHABLE" in found.remedy


@both_connections
def test_an_account_whose_secret_cannot_be_read_fails():
    mail = {"host": "smtp.example.com", "sender": "shop@example.com", "password": "p"}
    open_account(SYSTEM, "mail", "Mail", "email", mail, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE touches_account SET secrets = secrets || '\\x00'")

    found = findings()["accounts"]

    assert (found.state, "keys.json" in found.found, "open a new one" in found.remedy) == ("fail", True, True)


@both_connections
def test_a_mailbox_that_cannot_be_read_is_a_warning():
    mail = {"host": "smtp.example.com", "sender": "shop@example.com"}
    open_account(SYSTEM, "mail", "Mail", "email", mail, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE touches_account SET fault = 'wrong password'")

    assert (findings()["accounts"].state, findings()["accounts"].found) == ("warn", "mail: wrong password")


@both_connections
def test_keys_that_others_may_read_fail(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    (tmp_path / "keys.json").write_text("{}")
    (tmp_path / "keys.json").chmod(0o644)

    assert findings()["keys.json"].state == "fail"
    assert findings()["keys.json"].remedy == f"chmod 600 {tmp_path / 'keys.json'}"


@both_connections
def test_little_space_is_a_warning_and_none_a_failure(monkeypatch):
    monkeypatch.setattr(doctor, "COMFORTABLE_BYTES", 1 << 62)
    assert findings()["disk"].state == "warn"

    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 1 << 62)
    assert findings()["disk"].state == "fail"


@both_connections
def test_an_unreachable_database_is_one_line_and_the_rest_is_still_checked(monkeypatch):
    monkeypatch.setattr(database, "refused", Refusal("database.unreachable", "cannot reach the database; check DATABASE_URL"))

    found = findings()

    assert (found["database"].state, found["database"].remedy) == ("fail", "cannot reach the database; check DATABASE_URL")
    assert "migrations" not in found
    assert "port" in found


def test_a_database_that_waits_for_migrations_says_so(clone, owner):
    owner.execute("DELETE FROM django_migrations WHERE app = 'insights' OR (app = 'acquisition')")

    assert "waiting" in findings()["migrations"].found
