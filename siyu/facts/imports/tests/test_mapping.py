"""Which column is which field."""

from pathlib import Path

import pytest

from siyu.facts.imports.kinds import KINDS
from siyu.facts.imports.mapping import lay_out, parse_pairs, read_mapping, require
from siyu.lib.refusal import Refusal

ORDERS = KINDS["orders"]


def mapping(*columns: str, **said: str) -> dict[str, str]:
    return lay_out(columns, ORDERS.fields, said).mapping


def test_well_known_headings_are_found_in_chinese_and_english() -> None:
    youzan = mapping(
        "订单号", "订单状态", "买家付款时间", "商品名称", "规格编码", "商品数量", "商品单价", "订单实付金额", "收货人手机号/提货人手机号"
    )
    assert youzan == {
        "order_number": "订单号",
        "status": "订单状态",
        "occurred_at": "买家付款时间",
        "product_name": "商品名称",
        "sku": "规格编码",
        "quantity": "商品数量",
        "unit_price": "商品单价",
        "amount": "订单实付金额",
        "phone": "收货人手机号/提货人手机号",
    }
    assert mapping("Order ID", "Order Date", "SKU", "Qty", "Unit Price", "E-mail")["occurred_at"] == "Order Date"


def test_headings_match_whatever_their_width_case_and_spaces() -> None:
    assert mapping("ＯＲＤＥＲ＿ＮＵＭＢＥＲ", " paid AT ") == {"order_number": "ＯＲＤＥＲ＿ＮＵＭＢＥＲ", "occurred_at": " paid AT "}


def test_what_was_said_wins_over_guesses_and_an_empty_column_switches_one_off() -> None:
    assert mapping("订单号", "编号", "手机号", order_number="编号", phone="") == {"order_number": "编号"}


def test_a_column_serves_one_guess_only() -> None:
    assert list(mapping("订单号", "金额").values()) == ["订单号", "金额"]


@pytest.mark.parametrize(("said", "code"), [({"ordernr": "订单号"}, "mapping.field"), ({"sku": "货品"}, "mapping.column")])
def test_a_field_or_column_that_is_not_there_is_refused_with_those_that_are(said: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        lay_out(("订单号",), ORDERS.fields, said)
    assert refused.value.code == code
    assert "订单号" in refused.value.because or "order_number" in refused.value.because


def test_missing_columns_are_named_all_at_once_with_what_the_file_has() -> None:
    with pytest.raises(Refusal) as refused:
        require(lay_out(("货号", "数量"), ORDERS.fields, {}), ORDERS.needs)
    assert refused.value.code == "mapping.missing"
    for word in ("order_number", "occurred_at", "quantity+unit_price", "货号"):
        assert word in refused.value.because


def test_pairs_and_files_say_the_same(tmp_path: Path) -> None:
    said = {"order_number": "Invoice", "sku": "StockCode"}
    assert parse_pairs("order_number=Invoice, sku=StockCode") == said
    (tmp_path / "m.json").write_text('{"order_number": "Invoice", "sku": "StockCode"}')
    (tmp_path / "m.toml").write_text('order_number = "Invoice"\nsku = "StockCode"\n')
    assert read_mapping(tmp_path / "m.json") == read_mapping(tmp_path / "m.toml") == said


@pytest.mark.parametrize("content", ["[1]", "{", '{"a": 1}'])
def test_a_mapping_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(Refusal) as refused:
        read_mapping(tmp_path / "m.json")
    assert refused.value.code == "mapping.form"


def test_pairs_without_a_sign_are_refused() -> None:
    with pytest.raises(Refusal, match="field=Column"):
        parse_pairs("order_number")
