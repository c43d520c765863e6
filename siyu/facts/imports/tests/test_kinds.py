"""What rows of each kind become."""

from datetime import UTC, datetime
from typing import Any

import pytest

from siyu.facts.imports.kinds import KINDS, PRESETS
from siyu.facts.intake import check
from siyu.facts.rules import Handle

from .builders import NOW, built, terms

ORDERS, MEMBERS, PRODUCTS, FACTS = (KINDS[name] for name in ("orders", "members", "products", "facts"))
RETAIL = PRESETS["online_retail"]


def order_row(**given: Any) -> dict[str, Any]:
    return {
        "order_number": "A1",
        "occurred_at": "2026-05-01 10:00",
        "sku": "T1",
        "quantity": "2",
        "unit_price": "10.005",
        "phone": "13800138000",
    } | given


def test_an_orders_lines_keep_their_prices_and_only_amounts_round() -> None:
    fact = built(ORDERS, order_row(), order_row(sku="T2", quantity="3", unit_price="0.001")).facts[0]
    assert fact.name == "order.paid"
    assert fact.key == "order.paid:online:A1"
    assert fact.handles == [Handle("phone", "13800138000")]
    assert fact.is_historical
    lines = fact.properties["lines"]
    assert [(line["unit_price"], line["amount_minor"], line["row_key"]) for line in lines] == [
        ("10.005", 2001, "f" * 32 + ":2"),
        ("0.001", 0, "f" * 32 + ":3"),
    ]
    assert fact.properties["amount_minor"] == 2001
    check(fact, "CNY")


def test_a_total_of_the_file_wins_over_the_sum_of_lines() -> None:
    fact = built(ORDERS, order_row(amount="18.80", discount="1.21"), order_row(amount="", sku="T2")).facts[0]
    assert fact.properties["amount_minor"] == 1880
    assert fact.properties["discount_minor"] == 121


def test_an_order_without_lines_is_its_amount() -> None:
    fact = built(ORDERS, {"order_number": "A1", "occurred_at": "2026-05-01", "amount": "99"}).facts[0]
    assert (fact.properties["amount_minor"], fact.properties["lines"], fact.handles) == (9900, [], [])


def test_a_correction_tells_the_order_again_over_what_stands() -> None:
    paid, corrected = built(ORDERS, order_row(), corrects=True).facts
    assert (paid.name, paid.key) == ("order.paid", "order.paid:online:A1")  # dropped where the order is known
    assert (corrected.name, corrected.occurred_at, corrected.properties) == ("order.exchanged", NOW, paid.properties)
    assert corrected.key not in (paid.key, "")
    check(corrected, "CNY")


def test_an_orders_instant_is_that_of_its_first_line() -> None:
    fact = built(ORDERS, order_row(occurred_at="2026-05-01 10:09"), order_row()).facts[0]
    assert fact.occurred_at == datetime(2026, 5, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"quantity": "-1"}, "amount.negative"),
        ({"unit_price": "-1"}, "amount.negative"),
        ({"amount": "-1"}, "amount.negative"),
        ({"amount": "1.005"}, "amount.fraction"),
        ({"quantity": "two"}, "number.invalid"),
        ({"quantity": "999999999999"}, "quantity.absurd"),
        ({"occurred_at": ""}, "date.missing"),
        ({"occurred_at": "2026-02-30"}, "date.invalid"),
        ({"occurred_at": "2027-01-01"}, "date.future"),
        ({"currency": "USD"}, "currency.other"),
        ({"status": "???"}, "status.unknown"),
        ({"phone": "1.38E+10"}, "number.shortened"),
        ({"order_number": "x" * 201}, "order.number"),
        ({"unit_price": "", "discount": "5"}, "amount.missing"),
    ],
)
def test_a_wrong_cell_refuses_its_order_with_a_stable_code(given: dict[str, Any], code: str) -> None:
    row = order_row(**given)
    if code == "amount.missing":
        row = {"order_number": "A1", "occurred_at": "2026-05-01", "discount": "5"}
    assert [reject[1] for reject in built(ORDERS, row).rejects] == [code]


def test_one_wrong_line_refuses_the_whole_order_so_that_no_money_is_half_told() -> None:
    out = built(ORDERS, order_row(), order_row(quantity="x"), order_row())
    assert out.facts == []
    assert [(row, code) for row, code, _because in out.rejects] == [(2, "row.incomplete"), (3, "number.invalid"), (4, "row.incomplete")]


def test_rows_of_one_order_that_contradict_each_other_are_refused() -> None:
    for given in ({"phone": "13900139000"}, {"amount": "1"}):
        out = built(ORDERS, order_row(amount="2"), order_row(**{"amount": "2"} | given))
        assert {code for _row, code, _because in out.rejects} == {"order.conflict", "row.incomplete"}


def test_a_status_tells_which_fact_it_is() -> None:
    names = [
        built(ORDERS, order_row(status=status)).facts[0].name
        for status in ("交易成功", "等待买家付款", "交易关闭", "买家已付款，等待卖家发货")
    ]
    assert names == ["order.paid", "order.created", "order.closed", "order.paid"]


def retail_row(**given: Any) -> dict[str, Any]:
    base = {
        "order_number": "536365",
        "sku": "85123A",
        "product_name": "T-LIGHT HOLDER",
        "quantity": 6,
        "unit_price": 2.55,
        "user_id": 17850,
    }
    return base | {"occurred_at": datetime.fromisoformat("2010-12-01 08:26"), "country": "United Kingdom"} | given


@pytest.mark.parametrize(
    ("given", "destination", "name"),
    [
        ({}, "order", "order.paid"),
        ({"user_id": None}, "anonymous order", "order.paid"),
        ({"unit_price": 0.0}, "order", "order.paid"),
        ({"order_number": "C536379", "quantity": -1}, "refund", "order.refunded"),
        ({"order_number": "C?", "quantity": -1, "sku": None}, "refund", "order.refunded"),
        ({"order_number": "C496350", "quantity": 1}, "adjustment", "order.adjusted"),
        ({"quantity": -10, "unit_price": 0.0, "user_id": None}, "adjustment", "order.adjusted"),
        ({"order_number": "A563187", "sku": "B", "quantity": 1, "unit_price": -11062.06}, "adjustment", "order.adjusted"),
        ({"order_number": None, "sku": "B", "quantity": 1, "unit_price": 11062.06}, "adjustment", "order.adjusted"),
    ],
)
def test_every_line_of_the_wholesaler_has_its_destination(given: dict[str, Any], destination: str, name: str) -> None:
    out = built(RETAIL, retail_row(**given), currency="GBP", shop="online_retail")
    assert (out.destination, [fact.name for fact in out.facts]) == (destination, [name])
    check(out.facts[0], "GBP")


def test_a_credit_note_gives_back_what_its_lines_say() -> None:
    lines = (retail_row(order_number="C536379", quantity=-2), retail_row(order_number="C536379", quantity=-1, unit_price=10.0))
    fact = built(RETAIL, *lines, currency="GBP").facts[0]
    assert fact.properties["amount_minor"] == 1510
    assert fact.properties["refund"] == "C536379"
    assert [line["quantity"] for line in fact.properties["lines"]] == ["2", "1"]


def test_lost_credit_notes_are_told_apart_by_customer_and_instant() -> None:
    conditions = terms(kind="orders", currency="GBP")
    lost = retail_row(order_number="C?", quantity=-1)
    assert RETAIL.group is not None
    first = RETAIL.group(lost, conditions)
    assert RETAIL.group(lost | {"sku": "X"}, conditions) == first
    assert RETAIL.group(lost | {"user_id": 1}, conditions) != first
    assert RETAIL.group(lost | {"occurred_at": datetime.fromisoformat("2010-12-01 08:27")}, conditions) != first


def test_a_member_row_is_who_the_person_is_when_they_came_and_what_they_agreed_to() -> None:
    row = {
        "phone": "13800138000",
        "unionid": "u1",
        "name": "张伟",
        "gender": "男",
        "birthday": "1990/3/8",
        "tags": "老客,茶友、老客",
        "joined_at": "2024-01-02",
        "channel": "douyin",
        "consent_sms": "是",
        "consent_email": "否",
        "consent_wecom": "",
        "trait.鞋码": 42,
    }
    identified, joined, sms, email = built(MEMBERS, row).facts
    assert identified.handles == [Handle("unionid", "u1"), Handle("phone", "13800138000")]
    assert (identified.proof, identified.occurred_at) == ("import", NOW)
    traits = identified.properties["traits"]
    assert traits == {"name": "张伟", "gender": "male", "birthday": "1990-03-08", "鞋码": 42, "tags": ["老客", "茶友"]}
    assert (joined.name, joined.properties["channel"], joined.occurred_at) == (
        "pool.joined",
        "douyin",
        datetime(2024, 1, 1, 16, tzinfo=UTC),
    )
    assert [(fact.name, fact.properties["channel"]) for fact in (sms, email)] == [("consent.given", "sms"), ("consent.withdrawn", "email")]
    assert sms.properties["proof"] == "orders.csv, row 2"
    assert len({fact.message for fact in (identified, joined, sms, email)}) == 4
    assert (sms.occurred_at, email.occurred_at) == (joined.occurred_at, NOW), "a yes is as old as the member, a no holds from now on"


def test_a_yes_that_says_no_day_is_undated() -> None:
    row = {"phone": "13800138000", "consent_inbox": "是", "consent_sms": "否"}

    _identified, sms, inbox = built(MEMBERS, row).facts
    _identified, dated = built(MEMBERS, row | {"consent_sms": "", "consent_at": "2024-01-02"}).facts

    assert (inbox.name, inbox.properties["channel"], inbox.properties["undated"]) == ("consent.given", "inbox", True)
    assert (sms.name, "undated" in sms.properties, "undated" in dated.properties) == ("consent.withdrawn", False, False)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"phone": "", "name": "张伟"}, "handle.missing"),
        ({"phone": "13800138000", "consent_sms": "maybe"}, "boolean.invalid"),
        ({"phone": "13800138000", "birthday": "2090-01-01"}, "date.invalid"),
        ({"phone": "13800138000", "tags": ",".join(map(str, range(60)))}, "tags.many"),
    ],
)
def test_a_member_row_that_makes_no_sense_is_refused(row: dict[str, Any], code: str) -> None:
    assert [reject[1] for reject in built(MEMBERS, row).rejects] == [code]


def test_a_product_row_says_what_it_says_and_nothing_else() -> None:
    fact = built(PRODUCTS, {"sku": "T1", "name": "龙井", "price": "128.00", "stock": "12", "category_name": "绿茶", "brand": ""}).facts[0]
    said = {key: value for key, value in fact.properties.items() if key != "row_key"}
    assert said == {
        "sku": "T1",
        "currency": "CNY",
        "name": "龙井",
        "price_minor": 12800,
        "stock": 12,
        "category": "绿茶",
        "category_name": "绿茶",
    }
    check(fact, "CNY")
    assert [reject[1] for reject in built(PRODUCTS, {"sku": "T1", "price": "-1"}).rejects] == ["amount.negative"]
    assert [reject[1] for reject in built(PRODUCTS, {"sku": ""}).rejects] == ["sku.missing"]


def test_a_fact_row_takes_its_properties_from_json_and_from_the_remaining_columns() -> None:
    row = {
        "name": "Product Viewed",
        "occurred_at": "2026-05-01",
        "user_id": "u1",
        "properties": '{"sku": "T1"}',
        "rest.color": "red",
        "rest.sku": "T2",
    }
    fact = built(FACTS, row).facts[0]
    assert fact.name == "product.viewed"
    assert {key: value for key, value in fact.properties.items() if key != "row_key"} == {"sku": "T1", "color": "red"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"properties": "[1]"}, "properties.invalid"),
        ({"properties": '{"a": NaN}'}, "properties.invalid"),
        ({"properties": '{"a": 1e400}'}, "properties.invalid"),
        ({"properties": '{"a": "\\ud800"}'}, "properties.invalid"),
        ({"properties": '{"a": ' + "[" * 900 + "]" * 900 + "}"}, "properties.invalid"),
        ({"name": "tier.changed"}, "name.derived"),
        ({"name": ""}, "name.missing"),
        ({"rest.a": "x\0y"}, "text.null"),
        ({"properties": '{"a": "\\u0000"}'}, "text.null"),
    ],
)
def test_a_fact_row_that_makes_no_sense_is_refused(given: dict[str, Any], code: str) -> None:
    assert [reject[1] for reject in built(FACTS, {"name": "x", "occurred_at": "2026-05-01"} | given).rejects] == [code]
