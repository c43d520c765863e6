"""Rotation: a new key, everything readable, nothing left under the old one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib import crypto
from siyu.members import queries

NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)


def keys_in_use() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT get_byte(value, 0) FROM members_identity UNION SELECT get_byte(value, 0) FROM facts_personal "
            "UNION SELECT get_byte(payload, 0) FROM facts_inbox UNION SELECT get_byte(payload, 0) FROM facts_quarantine"
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_values_are_renewed_and_stay_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "home", lambda: tmp_path)
    crypto._keys.cache_clear()
    said = {"occurred_at": NOW, "handles": [Handle("phone", "13800138000")]}
    record(
        [Incoming(name="member.identified", message="m1", properties={"traits": {"name": "余晓"}}, **said)], source="web", received_at=NOW
    )
    record([Incoming(name="order.paid", message="m2", properties={}, **said)], source="web", received_at=NOW)
    pump(NOW)
    record([Incoming(name="page.viewed", message="m3", **said)], source="web", received_at=NOW)
    assert keys_in_use() == {0}

    call_command("rotate_keys")

    assert keys_in_use() == {1}
    assert len(json.loads((tmp_path / "keys.json").read_text())["data"]) == 2
    assert oct((tmp_path / "keys.json").stat().st_mode)[-3:] == "600"
    (member,) = queries.find("13800138000")
    assert [trait.value for trait in queries.traits(member, unmasked=True)] == ["余晓"]
    assert pump(NOW).facts == 1
    call_command("rotate_keys", "--go-on")
    assert keys_in_use() == {1}
    crypto._keys.cache_clear()
