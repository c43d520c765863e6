"""Orders as shops export them: each shop's own columns, statuses and habits."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from siyu.facts.imports.services import Result
from siyu.facts.imports.tests.builders import accounted, bring, recorded

pytestmark = pytest.mark.django_db
PAID, CREATED = datetime(2026, 5, 1, 2, 0, tzinfo=UTC), datetime(2026, 5, 1, 1, 59, tzinfo=UTC)


def export(folder: Path, header: str, *lines: str, encoding: str = "utf-8", **options: Any) -> Result:
    path = folder / "export.csv"
    path.write_bytes("\r\n".join((header, *lines, "")).encode(encoding))
    result = bring(path, **options)
    assert accounted(result)
    return result


def orders() -> dict[str, tuple[str, datetime, int | None, Sequence[str]]]:
    """By number: the fact, its instant, its amount and the quantities of its lines."""
    return {
        fact.properties["order_number"]: (
            fact.name,
            fact.occurred_at,
            fact.properties.get("amount_minor"),
            [line["quantity"] for line in fact.properties.get("lines", ())],
        )
        for fact in recorded()
    }


def test_taobao(tmp_path: Path) -> None:
    header = (
        "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,买家留言,收货人姓名,收货地址 ,"
        "联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝总数量,店铺Id,店铺名称,订单关闭原因"
    )
    line = '="381234567890123456{}",tb{},,20.00,0.00,20.00,{},{},null,林,,null,\'1380013800{},2026-05-01 09:59:00,{},茶,2,1,店,{}'

    result = export(
        tmp_path,
        header,
        line.format(1, 1, "20.00", "买家已付款，等待卖家发货", 1, "2026-05-01 10:00:00", "订单未关闭"),
        line.format(2, 2, "0.00", "等待买家付款", 2, "", "订单未关闭"),
        line.format(3, 3, "0.00", "交易关闭", 3, "", "买家拍错"),
        encoding="gbk",
    )

    assert result.destinations == {"order": 1, "unpaid order": 1, "closed order": 1}
    assert orders() == {
        "3812345678901234561": ("order.paid", PAID, 2000, ["1"]),
        "3812345678901234562": ("order.created", CREATED, 0, ["1"]),
        "3812345678901234563": ("order.closed", CREATED, None, []),
    }
    assert [handle.value for handle in recorded()[0].handles] == ["tb1", "13800138001"]


def test_youzan(tmp_path: Path) -> None:
    header = (
        "订单号,订单类型,订单状态,买家手机号,收货人手机号/提货人手机号,订单创建时间,买家付款时间,商品名称,商品规格,规格编码,商品编码,商品单价,"
        "商品数量,商品金额合计,订单实付金额,运费,优惠金额"
    )
    first = "E1,普通订单,交易完成,13800138000,13800138000,2026-05-01 09:59:00,2026-05-01 10:00:00"

    result = export(
        tmp_path,
        header,
        f"{first},茶,-,-,T1,10.00,2,20.00,25.00,0.00,0.00",
        f"{first},杯,-,-,T2,5.00,1,5.00,25.00,0.00,0.00",
        "E2,普通订单,待付款,-,-,2026-05-01 09:59:00,-,杯,-,-,T2,5.00,1,5.00,5.00,0.00,0.00",
    )

    assert result.destinations == {"order": 2, "anonymous unpaid order": 1}
    assert orders() == {"E1": ("order.paid", PAID, 2500, ["2", "1"]), "E2": ("order.created", CREATED, 500, ["1"])}


def test_shopify_tells_of_an_order_on_its_first_line_only(tmp_path: Path) -> None:
    header = (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,"
        "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Refunded Amount,Vendor,Id,Phone"
    )
    made = "2026-05-01 09:59:00 +0800"

    result = export(
        tmp_path,
        header,
        f"#1,a@example.com,paid,2026-05-01 10:00:00 +0800,fulfilled,CNY,25,5,0,30.00,,0,{made},2,茶,10,T1,Lin,0,V,51,'+8613800138000",
        f"#1,a@example.com,,,,,,,,,,,{made},1,杯,5,T2,,,V,,",
        f"#2,b@example.com,pending,,,CNY,10,0,0,10.00,,0,{made},1,茶,10,T1,Lin,0,V,52,",
        f"#3,c@example.com,refunded,2026-05-01 10:00:00 +0800,,CNY,10,0,0,10.00,,0,{made},1,茶,10,T1,Lin,10,V,53,",
        preset="shopify",
    )

    assert orders() == {"#1": ("order.paid", PAID, 3000, ["2", "1"]), "#2": ("order.created", CREATED, 1000, ["1"])}
    assert [(row, code) for row, code, _ in result.sample] == [(5, "status.refunded")]


def test_woocommerce(tmp_path: Path) -> None:
    header = (
        "Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),Phone (Billing),Order Shipping Amount,"
        "Order Total Amount,SKU,Item Name,Quantity (- Refund),Item Cost"
    )
    line = "{},{},2026-05-01 10:00,Lin,a@example.com,13800138000,5,{},{},茶,{},10.00"

    export(
        tmp_path,
        header,
        line.format(1, "Completed", "35.00", "T1", 2),
        line.format(1, "Completed", "35.00", "T2", 1),
        line.format(2, "wc-processing", "15.00", "T1", 1),
        line.format(3, "On hold", "15.00", "T1", 1),
    )

    assert orders() == {
        "1": ("order.paid", PAID, 3500, ["2", "1"]),
        "2": ("order.paid", PAID, 1500, ["1"]),
        "3": ("order.created", PAID, 1500, ["1"]),
    }


def test_goods_below_an_order_that_name_none_refuse_the_order_because_half_of_it_would_be_wrong_money(tmp_path: Path) -> None:
    header = "订单号,付款时间,商品编码,数量,单价"

    result = export(
        tmp_path,
        header,
        "A1,2026-05-01 10:00,T1,2,10",
        ",,T2,1,5",
        ",,T3,1,5",
        "A2,2026-05-01 10:00,T1,1,10",
        ",,,1,25",
    )

    assert [(row, code) for row, code, _ in result.sample] == [
        (2, "row.incomplete"),
        (3, "order.number"),
        (4, "order.number"),
        (6, "order.number"),
    ]
    assert orders() == {"A2": ("order.paid", PAID, 1000, ["1"])}


@pytest.mark.parametrize("line", ["99999999,99999999999", "100000,1000000001"])
def test_an_order_that_no_fact_could_tell_is_refused_with_its_row(tmp_path: Path, line: str) -> None:
    result = export(tmp_path, "订单号,付款时间,商品编码,数量,单价", f"A1,2026-05-01 10:00,T1,{line}")

    assert [(row, code) for row, code, _ in result.sample] == [(2, "amount.absurd")]


def test_a_paid_order_without_a_payments_time_is_not_given_another(tmp_path: Path) -> None:
    result = export(tmp_path, "订单号,下单时间,付款时间,实付金额", "A1,2026-05-01 09:59,,10", "A2,2026-05-01 09:59,2026-05-01 10:00,10")

    assert [(row, code) for row, code, _ in result.sample] == [(2, "date.missing")]
    assert orders() == {"A2": ("order.paid", PAID, 1000, [])}
