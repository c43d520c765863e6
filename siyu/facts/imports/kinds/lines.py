"""One line of an order or of a credit note, as a row tells it."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from siyu.lib.money import to_minor

from ...rules import FactError
from .. import values
from .kind import Fields, Terms


def line_of(row: Fields, terms: Terms, number: int, sign: int = 1) -> dict[str, Any] | None:
    """One line as bought: the unit price keeps the file's decimals, only the amount is rounded. None when the row names no goods.

    `sign` −1 turns a returned line round, so that its quantity and amount read positive.
    """
    quantity, price = values.quantity(row.get("quantity")), values.amount(row.get("unit_price"), "unit price", terms.currency)
    amount = values.amount(row.get("line_amount"), "line amount", terms.currency)
    sku, name = values.name_of(row.get("sku"), "sku"), values.text(row.get("product_name"))
    if not sku and not name and quantity is None and price is None and amount is None:
        return None
    quantity = sign * (Decimal(1) if quantity is None else quantity)
    if amount is None and price is not None:
        amount = quantity * price
    elif amount is not None:
        amount *= sign
    if quantity < 0 or (amount is not None and amount < 0):
        raise FactError(
            "amount.negative", "a negative line is no sale; import returns as facts of their own (order.refunded) or with a preset"
        )
    line: dict[str, Any] = {"sku": sku, "name": name, "quantity": plain(quantity), "row_key": terms.row_key(number)}
    if category := values.text(row.get("category")):
        line["category"] = category
    if price is None and amount is not None and quantity:
        price = round(amount / quantity, 6)
    if price is not None:
        line["unit_price"] = plain(price)
    if amount is not None:
        line["amount_minor"] = to_minor(amount, terms.currency)
    return line


@lru_cache(maxsize=50_000)
def plain(number: Decimal) -> str:
    """A decimal without exponent and without needless zeros."""
    return format(number.normalize(), "f") if number else "0"
