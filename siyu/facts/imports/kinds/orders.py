"""Orders: one row per line or per order; rows of one order number, wherever they stand, become one `order.paid`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siyu.lib.money import MAX_MINOR, minor_digits, to_minor

from ...rules import FactError, Incoming
from ...segment.commerce import natural_key
from .. import values
from ..mapping import Field
from .kind import HANDLES, Built, Fields, Kind, Numbered, Terms, handles_of, past, rejected, required_name, same_currency
from .lines import line_of

FIELDS = (
    Field(
        "order_number",
        ("订单号", "订单编号", "主订单编号", "交易号", "order no", "order id", "order", "invoice", "invoice no", "invoiceno"),
    ),
    Field(
        "occurred_at",
        (
            "付款时间",
            "支付时间",
            "买家付款时间",
            "订单付款时间",
            "成交时间",
            "paid at",
            "下单时间",
            "订单创建时间",
            "创建时间",
            "交易时间",
            "日期",
            "时间",
            "created at",
            "order date",
            "invoicedate",
            "date",
            "time",
        ),
    ),
    Field(
        "created_at",
        ("下单时间", "订单创建时间", "创建时间", "created at", "order date"),
        "when the order was placed; of orders that are not paid",
    ),
    Field(
        "amount",
        (
            "实付金额",
            "买家实际支付金额",
            "买家实付金额",
            "实付款",
            "订单实付金额",
            "订单金额",
            "总金额",
            "金额",
            "total",
            "order amount",
            "order total",
            "order total amount",
        ),
        "what the buyer paid for the order",
    ),
    Field(
        "sku",
        (
            "商品编码",
            "商家编码",
            "规格编码",
            "sku编码",
            "货号",
            "商品ID",
            "stockcode",
            "stock code",
            "lineitem sku",
            "item id",
            "product id",
            "product code",
        ),
    ),
    Field(
        "product_name",
        (
            "商品名称",
            "商品标题",
            "宝贝标题",
            "品名",
            "商品",
            "description",
            "lineitem name",
            "product name",
            "product",
            "item name",
            "title",
        ),
    ),
    Field("category", ("商品类目", "类目", "分类", "category code")),
    Field("quantity", ("数量", "商品数量", "购买数量", "件数", "宝贝数量", "qty", "lineitem quantity", "quantity (- refund)")),
    Field("unit_price", ("单价", "商品单价", "价格", "price", "unitprice", "lineitem price", "item cost")),
    Field("line_amount", ("小计", "商品金额", "商品实付金额", "商品小计", "line total", "subtotal of line", "line amount")),
    Field("discount", ("优惠金额", "优惠", "折扣金额", "discount amount")),
    Field("shipping", ("运费", "邮费", "快递费", "shipping fee", "买家应付邮费", "order shipping amount")),
    Field("currency", ("币种", "货币")),
    Field("status", ("订单状态", "状态", "financial status", "order status")),
    Field("shop", ("店铺编码", "shop code")),
    Field("store", ("门店编码", "门店", "store code")),
    Field("country", ("国家",)),
    *HANDLES,
)
_PAID = frozenset(
    (
        *("paid", "processing", "complete", "completed", "fulfilled", "shipped", "received", "success"),
        *("已付款", "已支付", "待发货", "已发货"),
        *("待收货", "交易成功", "交易完成", "已完成", "已收货", "已签收", "买家已付款,等待卖家发货", "卖家已发货,等待买家确认"),
    )
)
_OPEN = frozenset(("pending", "authorized", "onhold", "unpaid", "created", "待付款", "待支付", "未付款", "等待买家付款"))
_REFUNDED = frozenset(("refunded", "partially_refunded", "partiallyrefunded", "已退款", "部分退款", "退款成功", "全额退款"))
_CLOSED = frozenset(("closed", "cancelled", "canceled", "voided", "failed", "expired", "交易关闭", "已关闭", "已取消", "取消", "订单关闭"))


def group(row: Fields, terms: Terms) -> str:
    """An order's shop and number."""
    number = values.text(row.get("order_number"))
    return f"{values.text(row['shop'])}\0{number}" if number and "shop" in row else number


def continues(row: Fields) -> bool:
    """Goods of an order whose number stands further up, as where cells were merged; without them the order would be told in part."""
    return any(values.text(row.get(name)) for name in ("sku", "product_name"))


def build(rows: Sequence[Numbered], terms: Terms) -> Built:
    """All rows of one order → its fact; one wrong row refuses the whole order."""
    errors: dict[int, FactError] = {}
    lines: list[dict[str, Any]] = []
    paid: list[datetime] = []
    created: list[datetime] = []
    for number, row in rows:
        try:
            same_currency(row, terms)
            required_name(row, "order_number", "order.number")
            for name, found in (("occurred_at", paid), ("created_at", created)):
                if (at := past(row, name, terms)) is not None:
                    found.append(at)
            if (line := line_of(row, terms, number)) is not None:
                lines.append(line)
        except FactError as error:
            errors[number] = error
    if errors:
        return rejected(rows, errors)
    try:
        fact = _order(rows, lines, paid, created, terms)
    except FactError as error:
        return rejected(rows, {rows[0][0]: error})
    return Built(_destination(fact), [fact, *_correction(fact, rows[0][0], terms)], [])


def _correction(fact: Incoming, number: int, terms: Terms) -> list[Incoming]:
    """What a correcting file says of a paid order stands from now on; where the order was not known, it says the same as its payment."""
    if not terms.corrects or fact.name != "order.paid":
        return []
    return [
        terms.incoming("order.exchanged", terms.now, number, fact.handles, fact.properties, part="corrected", proof=fact.proof),
    ]


def _order(rows: Sequence[Numbered], lines: list[dict[str, Any]], paid: list[datetime], created: list[datetime], terms: Terms) -> Incoming:
    number, first = rows[0]
    properties: dict[str, Any] = {
        "shop": values.text(first.get("shop")) or terms.shop,
        "order_number": required_name(first, "order_number", "order.number"),
        "currency": terms.currency,
        "row_key": terms.row_key(number),
    }
    name = _name_of(_only(rows, "status"))
    told = paid if paid or name == "order.paid" else created
    if not told:
        raise FactError("date.missing", "occurred_at is empty")
    if name != "order.closed":
        properties |= _sums(rows, lines, terms)
        if store := _only(rows, "store"):
            properties |= {"store": store, "is_in_store": True}
        if country := _only(rows, "country"):
            properties["country"] = country
    for handle in handles_named(rows):
        _only(rows, handle)
    handles = handles_of(next((row for _number, row in rows if handles_of(row)), first))
    proof = "import" if len(handles) > 1 else ""
    return terms.incoming(name, min(told), number, handles, properties, key=natural_key(name, properties), proof=proof)


def handles_named(rows: Sequence[Numbered]) -> list[str]:
    """The handle fields this file has."""
    return [handle.name for handle in HANDLES if handle.name in rows[0][1]]


def _sums(rows: Sequence[Numbered], lines: list[dict[str, Any]], terms: Terms) -> dict[str, Any]:
    """The order's amounts, in minor units: the total the file gives, else its lines with shipping and without discount."""
    given = {name: _total(rows, name, terms.currency) for name in ("amount", "discount", "shipping")}
    amount = given["amount"]
    if len(lines) == 1 and "amount_minor" not in lines[0]:
        lines[0]["amount_minor"] = amount
    if unpriced := [line for line in lines if line.get("amount_minor") is None]:
        raise FactError("price.missing", f"an order of {len(lines)} lines needs a price or an amount for each ({len(unpriced)} have none)")
    if amount is None:
        if not lines:
            raise FactError("amount.missing", "the order has neither an amount nor priced lines")
        amount = sum(line["amount_minor"] for line in lines) + (given["shipping"] or 0) - (given["discount"] or 0)
        if amount < 0:
            raise FactError("amount.negative", "the discount is larger than the order")
    if max(amount, *(line["amount_minor"] for line in lines), 0) > MAX_MINOR:
        raise FactError("amount.absurd", "the order is larger than any order")
    sums: dict[str, Any] = {"amount_minor": amount, "lines": lines}
    return sums | {f"{name}_minor": given[name] for name in ("discount", "shipping") if given[name]}


def _total(rows: Sequence[Numbered], name: str, currency: str) -> int | None:
    """A sum given for the whole order, on its first row or repeated on each."""
    given = {found for cell in _cells(rows, name) if (found := values.amount(cell, name, currency)) is not None}
    if len(given) > 1:
        raise FactError("order.conflict", f"rows of one order give different values of {name}")
    if not given:
        return None
    if (only := given.pop()) < 0:
        raise FactError("amount.negative", f"{name} is negative")
    if only.scaleb(minor_digits(currency)) % 1 and name == "amount":
        raise FactError("amount.fraction", f"{name} has more decimals than {currency}")
    return to_minor(only, currency)


def _only(rows: Sequence[Numbered], name: str) -> str:
    given = {found for cell in _cells(rows, name) if (found := values.name_of(cell, name))}
    if len(given) > 1:
        raise FactError("order.conflict", f"rows of one order give different values of {name}")
    return given.pop() if given else ""


def _cells(rows: Sequence[Numbered], name: str) -> set[Any]:
    """What stands in a column over an order's rows: mostly one and the same."""
    return {row.get(name) for _number, row in rows} if name in rows[0][1] else set()


def _name_of(status: str) -> str:
    plain_status = status.lower().replace("，", ",").replace(" ", "").replace("-", "").removeprefix("wc")
    if not plain_status or plain_status in _PAID:
        return "order.paid"
    if plain_status in _OPEN:
        return "order.created"
    if plain_status in _CLOSED:
        return "order.closed"
    if plain_status in _REFUNDED:
        raise FactError(
            "status.refunded", "the order was refunded: bring it in as paid, and what was given back as a fact (order.refunded)"
        )
    raise FactError("status.unknown", "the status is not known; leave the column out with --map status= if every order was paid")


def _destination(fact: Incoming) -> str:
    what = {"order.paid": "order", "order.created": "unpaid order", "order.closed": "closed order"}[fact.name]
    return what if fact.handles else f"anonymous {what}"


KIND = Kind(
    "orders",
    FIELDS,
    needs=(("order_number",), ("occurred_at",), ("amount", "line_amount", "quantity+unit_price")),
    build=build,
    group=group,
    continues=continues,
)
