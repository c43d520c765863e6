"""A message as the pump takes it: what one says never comes with another."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from siyu.facts import message
from siyu.facts.intake import Envelope
from siyu.facts.message import Reader
from siyu.facts.personal import Vault
from siyu.facts.rules import Handle, Incoming
from siyu.lib.crypto import encrypt
from siyu.merchant.book import SettingsBook

AT = datetime(2026, 5, 5, 4, tzinfo=UTC)


def identified(user: str, **traits: str) -> Incoming:
    return Incoming(
        name="member.identified", occurred_at=AT, message=user, handles=[Handle("user_id", user)], properties={"traits": traits}
    )


def test_a_refused_message_leaves_nothing_personal_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [identified("one", phone="13800000001"), identified("two", email="two@example.com"), identified("three", plan="a")]
    conceal = message.conceal

    def break_first(name: str, properties: dict[str, Any], of: bytes, vault: Vault, zone: ZoneInfo) -> dict[str, Any]:
        concealed = conceal(name, properties, of, vault, zone)
        if "phone" in properties["traits"]:
            raise RecursionError
        return concealed

    monkeypatch.setattr(message, "conceal", break_first)
    envelope = Envelope(1, AT, 1, "f", len(said), 0, encrypt(msgspec.json.encode(said)), "CNY")

    one, two, three = Reader(SettingsBook({})).read(envelope)

    assert one.code == "unreadable.RecursionError"
    assert [kind for _, kind, _ in two.personal] == ["email"]
    assert three.personal == []
