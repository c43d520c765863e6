"""What the catalogue of facts cannot say about an order's or a product's properties; the pump asks before a fact is taken in."""

import re
from typing import Any

from siyu.facts.rules import FactError
from siyu.lib.money import MAX_MINOR, MAX_PRICE, MAX_QUANTITY

from .line import told

MAX_LINES = 5_000  # a wholesaler's invoice has over a thousand
MAX_TEXT = 200  # characters of a code, number or key
MAX_NAME = 2_000  # characters of a name, address or reason
_AMOUNTS = frozenset(("amount_minor", "discount_minor", "shipping_minor", "price_minor", "cost_minor"))
_NAMING = frozenset(("shop", "order_number", "sku"))
_TEXTS = {
    **dict.fromkeys(("shop", "store", "order_number", "sku", "key", "refund", "category"), MAX_TEXT),
    **dict.fromkeys(("name", "category_name", "brand", "image_url", "page_url", "because"), MAX_NAME),
}
# one digit less than the columns hold: what is rounded to their decimals still fits
_QUANTITY = re.compile(r"[+-]?\d{1,9}(\.\d{0,20})?|[+-]?\.\d{1,20}", re.ASCII)
_PRICE = re.compile(r"[+-]?\d{1,11}(\.\d{0,20})?|[+-]?\.\d{1,20}", re.ASCII)
_LINE_TEXTS = ("sku", "name", "category", "row_key")


def check(name: str, properties: dict[str, Any]) -> None:
    """Refuse what would not fit the book. Codes: `order.text`, `order.amount`, `order.stock`, `order.lines`, `order.line`."""
    for key, value in properties.items():
        if key in _AMOUNTS:
            _amount(value, key, "order.amount")
        elif key in _TEXTS:
            _text(value, key, _TEXTS[key], "order.text")
            if value == "" and key in _NAMING:
                raise FactError("order.text", f"{key} is empty")
    stock = properties.get("stock")
    if stock is not None and (type(stock) is not int or abs(stock) > 2_000_000_000):
        raise FactError("order.stock", "stock must be a whole number of pieces within two billion")
    if name == "order.adjusted":
        _decimal(properties.get("quantity"), "quantity", _QUANTITY, "order.amount")
    lines = properties.get("lines")
    if lines is not None and name.startswith("order."):
        _check_lines(lines)


def _check_lines(lines: Any) -> None:
    if not isinstance(lines, list) or len(lines) > MAX_LINES:
        raise FactError("order.lines", f"lines must be a list of at most {MAX_LINES} objects")
    for number, line in enumerate(lines, 1):
        where = f"line {number}: "
        if not isinstance(line, dict):
            raise FactError("order.line", where + "not an object")
        for key in _LINE_TEXTS:
            _text(line.get(key), where + key, MAX_NAME if key == "name" else MAX_TEXT, "order.line")
        _amount(line.get("amount_minor"), where + "amount_minor", "order.line")
        _decimal(line.get("quantity"), where + "quantity", _QUANTITY, "order.line")
        _decimal(line.get("unit_price"), where + "unit_price", _PRICE, "order.line")
        _reckoned(line, where)


def _reckoned(line: dict[str, Any], where: str) -> None:
    """What is not told is reckoned from the rest (`line_row`): that too must fit, in any currency."""
    amount, price = line.get("amount_minor"), line.get("unit_price")
    if amount is not None and price is not None:
        return
    quantity = told(line, "quantity", 1)
    if amount is None and abs(quantity * told(line, "unit_price", 0)) >= MAX_PRICE:
        raise FactError("order.line", where + "quantity × unit_price must stay within 10^11")
    if amount is not None and quantity and abs(amount / quantity) >= MAX_PRICE:
        raise FactError("order.line", where + "amount_minor per piece must stay within 10^11")


def _amount(value: Any, where: str, code: str) -> None:
    if value is not None and (type(value) is not int or not -MAX_MINOR <= value <= MAX_MINOR):
        raise FactError(code, f"{where} must be a whole number of minor units within ±10^13")


def _text(value: Any, where: str, limit: int, code: str) -> None:
    if value is not None and (type(value) is not str or len(value) > limit or "\x00" in value):
        raise FactError(code, f"{where} must be text of at most {limit} characters")


def _decimal(value: Any, where: str, shape: re.Pattern[str], code: str) -> None:
    limit = MAX_QUANTITY if shape is _QUANTITY else MAX_PRICE
    if value is None or (type(value) in (int, float) and abs(value) < limit):  # NaN and infinities fail the comparison
        return
    if type(value) is str and shape.fullmatch(value):
        return
    raise FactError(code, f"{where} must be a decimal number of at most {9 if shape is _QUANTITY else 11} digits before the point")
