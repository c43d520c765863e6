"""A preset: UCI Online Retail II, a British wholesaler's invoices, credit notes and stock corrections in one table of lines.

D. Chen, UCI Machine Learning Repository (2012, 2019), CC BY 4.0.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from siyu.lib.money import to_minor

from ...rules import FactError, Handle
from ...segment.commerce import natural_key
from .. import values
from . import orders
from .kind import Built, Fields, Kind, Numbered, Terms, handles_of, rejected, required_instant
from .lines import line_of, plain

LOST_NUMBER = "C?"  # credit notes whose number was lost: told apart by customer and instant
MAPPING = {
    "order_number": "Invoice",
    "sku": "StockCode",
    "product_name": "Description",
    "quantity": "Quantity",
    "occurred_at": "InvoiceDate",
    "unit_price": "Price",
    "user_id": "Customer ID",
    "country": "Country",
}


def because_adjusted(row: Fields) -> str:
    """Why a line is neither sale nor return, or nothing when it is one of them."""
    invoice = _invoice(row)
    if not invoice or invoice.startswith("A"):
        return "bad debt"
    is_taken_back = (values.quantity(row["quantity"]) or 0) < 0
    if invoice.startswith("C"):
        return "" if is_taken_back else "positive line of a credit note"
    if is_taken_back:
        return "stock correction"
    return "negative price" if (values.number(row["unit_price"], "Price") or 0) < 0 else ""


def group(row: Fields, terms: Terms) -> str:
    """Lines of an invoice, or of a credit note, belong together; an adjustment stands by itself."""
    if because_adjusted(row):
        return ""
    invoice = _invoice(row)
    return invoice if invoice != LOST_NUMBER else _lost_number(row, terms)


def build(rows: Sequence[Numbered], terms: Terms) -> Built:
    number, row = rows[0]
    try:
        because = because_adjusted(row)
        if because:
            return _adjustment(number, row, because, terms)
    except FactError as error:
        return rejected(rows, {number: error})
    return _refund(rows, terms) if _invoice(row).startswith("C") else orders.build(rows, terms)


def _refund(rows: Sequence[Numbered], terms: Terms) -> Built:
    """A credit note names no invoice: a refund without its order, known by its own number."""
    errors: dict[int, FactError] = {}
    lines: list[dict[str, Any]] = []
    instants: list[datetime] = []
    for number, row in rows:
        try:
            instants.append(required_instant(row, "occurred_at", terms))
            lines.append(line_of(row, terms, number, sign=-1) or {})
        except FactError as error:
            errors[number] = error
    if errors:
        return rejected(rows, errors)
    number, first = rows[0]
    invoice = _invoice(first)
    refund = invoice if invoice != LOST_NUMBER else _lost_number(first, terms)
    properties = {
        "shop": terms.shop,
        "order_number": refund,  # the order is not known; the credit note's own number stands for it
        "refund": refund,
        "amount_minor": sum(line["amount_minor"] for line in lines),
        "currency": terms.currency,
        "lines": lines,
        "row_key": terms.row_key(number),
    }
    key = natural_key("order.refunded", properties)
    return Built("refund", [terms.incoming("order.refunded", min(instants), number, handles_of(first), properties, key=key)], [])


def _adjustment(number: int, row: Fields, because: str, terms: Terms) -> Built:
    quantity, price = (
        values.quantity(row["quantity"]) or Decimal(0),
        values.amount(row["unit_price"], "Price", terms.currency) or Decimal(0),
    )
    properties = {
        "shop": terms.shop,
        "key": terms.row_key(number),
        "quantity": plain(quantity),
        "amount_minor": to_minor(quantity * price, terms.currency),
        "currency": terms.currency,
        "because": f"{because}: {note}" if (note := values.text(row["product_name"])) else because,
        "row_key": terms.row_key(number),
    }
    properties |= {
        name: found for name, found in (("order_number", _invoice(row)), ("sku", values.name_of(row["sku"], "StockCode"))) if found
    }
    at = required_instant(row, "occurred_at", terms)
    buyer: list[Handle] = handles_of(row)
    return Built("adjustment", [terms.incoming("order.adjusted", at, number, buyer, properties)], [])


def _lost_number(row: Fields, terms: Terms) -> str:
    at = values.instant(row["occurred_at"], terms.zone, terms.day_order)
    return f"{LOST_NUMBER}:{values.text(row.get('user_id'))}:{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""


def _invoice(row: Fields) -> str:
    return values.text(row["order_number"])


KIND = Kind(
    "orders",
    orders.FIELDS,
    needs=tuple((field,) for field in MAPPING),
    build=build,
    group=group,
    mapping=MAPPING,
    currency="GBP",
    zone="Europe/London",
    preset="online_retail",
    shop="online_retail",
)
