"""`siyu summary`: figures whole and by source, where each source answers for its own facts."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_id
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KEYS = {"members", "orders", "orders_of_zero_value", "revenue_minor", "refunded_minor", "points_outstanding", "facts", "quarantined"}


def fact(name: str, handle: tuple[str, str], **properties: object) -> Incoming:
    message = f"{name}:{handle[1]}:{properties}"
    return Incoming(name=name, occurred_at=NOW, message=message, handles=[Handle(*handle)], properties=properties)


def order(who: str, number: str, amount_minor: int, currency: str = "CNY") -> Incoming:
    bought = {"shop": "web", "order_number": number, "amount_minor": amount_minor, "currency": currency, "is_in_store": True}
    return fact("order.paid", ("user_id", who), **bought)


@pytest.fixture
def pool(clone: str) -> None:
    """Anna and Ben by one source; another source gives Anna part of her money back, checks Ben in and brings a visitor."""
    install_default_programme(SYSTEM, NOW.date(), now=NOW)
    source_id("books", badge="公开教学数据")
    record([order("anna", "1", 10_000), order("ben", "2", 0), order("ben", "3", 5_000, "EUR")], source="books", received_at=NOW)
    said = [
        fact("order.refunded", ("user_id", "anna"), shop="web", order_number="1", amount_minor=2_500, refund="r1"),
        fact("member.checked_in", ("user_id", "ben")),
        fact("pool.joined", ("user_id", "ben"), channel="store-code"),
        fact("page.viewed", ("anonymous_id", "visitor"), path="/"),
    ]
    record(said, source="play", received_at=NOW)
    pump(NOW)


def figures(capsys: pytest.CaptureFixture[str]) -> dict:
    capsys.readouterr()
    call_command("summary", "--json")
    return json.loads(capsys.readouterr().out)


def test_each_source_answers_for_its_own_facts(pool: None, capsys: pytest.CaptureFixture[str]):
    books, play = (figures(capsys)["by_source"][source] for source in ("books", "play"))

    assert books == {
        "members": 2,
        "orders": 2,
        "orders_of_zero_value": 1,
        "revenue_minor": 10_000,
        "refunded_minor": 0,
        "points_outstanding": 75,  # 100 for the order, 25 taken back: the order is theirs
        "facts": 2,
        "quarantined": 1,  # in another currency
        "by_tier": {"bronze": 2},
        "by_stage": {"silent": 1},
    }
    assert play == {
        "members": 0,  # a visitor is not known by name
        "orders": 0,
        "orders_of_zero_value": 0,
        "revenue_minor": 0,
        "refunded_minor": 2_500,
        "points_outstanding": 5,  # the check-in is theirs
        "facts": 4,
        "quarantined": 0,
        "by_tier": {},
        "by_stage": {},
    }


def test_the_whole_is_the_sum_of_its_sources(pool: None, capsys: pytest.CaptureFixture[str]):
    whole = figures(capsys)

    for key in KEYS:
        assert whole[key] == sum(source[key] for source in whole["by_source"].values()), key
    assert whole["members"] == sum(whole["by_tier"].values()) == 2
    assert whole["by_stage"] == {"silent": 1}
    for groups in ("by_tier", "by_stage"):
        of_sources = [source[groups] for source in whole["by_source"].values()]
        assert whole[groups] == {name: sum(one.get(name, 0) for one in of_sources) for name in whole[groups]}
    assert set(whole) == KEYS | {"by_tier", "by_stage", "by_source"}


def test_people_read_tables_with_badges_and_money(pool: None, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    call_command("summary")

    said = capsys.readouterr().out

    assert "books [公开教学数据]" in said
    assert "100.00" in said
    assert "25.00" in said
    assert "bronze" in said
    assert "silent" in said


@pytest.mark.django_db
def test_an_empty_installation_has_zeros(capsys: pytest.CaptureFixture[str]):
    empty = figures(capsys)

    assert {key: empty[key] for key in KEYS} == dict.fromkeys(KEYS, 0)
    assert (empty["by_tier"], empty["by_stage"]) == ({}, {})
