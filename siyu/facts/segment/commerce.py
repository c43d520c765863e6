"""Segment's e-commerce properties → ours: `order_id` → `order_number`, decimal totals → minor units, `products` → `lines`."""

from decimal import Decimal, InvalidOperation
from typing import Any

from siyu.lib.money import MAX_MINOR, MAX_PRICE, MAX_QUANTITY, to_minor

from ..rules import FactError

MAX_LINES = 1_000
_MAX_PLACES = 20  # decimals of a price as sent

_ORDERS = frozenset(("order.created", "order.paid", "order.shipped", "order.received", "order.refunded", "order.exchanged", "order.closed"))
_ONCE = frozenset(("order.created", "order.paid", "order.shipped", "order.received", "order.closed"))  # once in an order's life
_WITH_CONTENT = frozenset(("order.created", "order.paid", "order.exchanged", "order.refunded"))
_PRODUCTS = frozenset(
    (
        "product.viewed",
        "product.clicked",
        "product.shared",
        "product.reviewed",
        "cart.added",
        "cart.removed",
        "wishlist.added",
        "product.updated",
    )
)
_OTHERS = frozenset(("checkout.started", "coupon.applied", "coupon.redeemed"))
_TOTALS = ("total", "revenue", "value")  # in this order: what the buyer paid, then what is nearest to it
_INFORMATIONAL = (("discount", "discount_minor"), ("shipping", "shipping_minor"), ("tax", "tax_minor"))


def restate(name: str, properties: dict[str, Any], currency: str, shop: str) -> None:
    """Change the properties of an order or product fact into ours, in place; those of other facts stay as they are.

    Raises `FactError`: `order.number`, `amount.missing`, `amount.invalid`, `currency.other`, `line.invalid`.
    """
    if name in _ORDERS:
        _order(name, properties, currency, shop)
    elif name in _PRODUCTS:
        _product(properties)
    elif name in _OTHERS:
        _rename_order_id(properties)
        if "coupon" not in properties and (coupon := properties.get("coupon_name") or properties.get("coupon_id")):
            properties["coupon"] = str(coupon)


def natural_key(name: str, properties: dict[str, Any]) -> str:
    """What makes an order's fact unique for ever, whoever reports it: shop and number, and for refunds the refund's id."""
    if name in _ONCE:
        return f"{name}:{_part(properties['shop'])}:{properties['order_number']}"
    if name == "order.refunded" and (refund := properties.get("refund")):
        return f"{name}:{_part(properties['shop'])}:{_part(properties['order_number'])}:{refund}"
    return ""


def _part(text: Any) -> str:
    """A part of a key that another follows: a colon of its own is not taken for the one that ends it."""
    return str(text).replace("\\", "\\\\").replace(":", "\\:")


def _order(name: str, properties: dict[str, Any], currency: str, shop: str) -> None:
    _rename_order_id(properties)
    number = properties.get("order_number")
    if not isinstance(number, str) or not 0 < len(number) <= 200:
        raise FactError("order.number", f"{name} needs `order_id`, a text of 1 to 200 characters")
    properties["shop"] = _text(properties.get("shop")) or shop
    if name == "order.refunded" and (refund := _text(properties.pop("refund_id", None) or properties.get("refund"))):
        properties["refund"] = refund
    if name in _WITH_CONTENT:
        _content(name, properties, currency)


def _rename_order_id(properties: dict[str, Any]) -> None:
    given = properties.pop("order_id", None)
    if number := _text(given) or _text(properties.get("order_number")):
        properties["order_number"] = number


def _content(name: str, properties: dict[str, Any], currency: str) -> None:
    stated = _text(properties.get("currency")).upper()
    if stated and stated != currency:
        raise FactError("currency.other", f"amounts are kept in {currency}; this order is in {stated:.20}")
    properties["currency"] = currency
    is_priced = True
    if isinstance(products := properties.pop("products", None), list):
        properties["lines"] = _lines(products, currency)
        is_priced = any(_is_told(product.get("price")) for product in products)
    for theirs, ours in _INFORMATIONAL:
        if (value := properties.pop(theirs, None)) is not None:
            properties[ours] = _minor(theirs, value, currency)
    properties["amount_minor"] = _amount(name, properties, currency, is_priced=is_priced)


def _is_told(value: Any) -> bool:
    """An empty text tells nothing: of money it is not the same as 0."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def _amount(name: str, properties: dict[str, Any], currency: str, *, is_priced: bool) -> int:
    if isinstance(given := properties.get("amount_minor"), int) and not isinstance(given, bool) and 0 <= given <= MAX_MINOR:
        return given
    for total in _TOTALS:
        if _is_told(properties.get(total)):
            return _minor(total, properties.pop(total), currency)
    if is_priced and (amounts := _amounts(properties.get("lines"))):
        if 0 <= sum(amounts) <= MAX_MINOR:
            return sum(amounts)
        raise FactError("amount.invalid", f"the lines' amounts come to {sum(amounts)}, which is out of range")
    raise FactError("amount.missing", f"{name} needs `total` (or `revenue`, `value`), or `products` with prices")


def _amounts(lines: Any) -> list[int]:
    """The amounts of an order's lines, `products` or told in our own words; empty unless all of them have one."""
    told = [line.get("amount_minor") if isinstance(line, dict) else None for line in lines] if isinstance(lines, list) else []
    amounts = [amount for amount in told if type(amount) is int]
    return amounts if len(amounts) == len(told) else []


def _lines(products: list[Any], currency: str) -> list[dict[str, Any]]:
    if len(products) > MAX_LINES:
        raise FactError("line.invalid", f"an order has at most {MAX_LINES} products, this one has {len(products)}")
    return [_line(number, product, currency) for number, product in enumerate(products, 1)]


def _line(number: int, product: Any, currency: str) -> dict[str, Any]:
    if not isinstance(product, dict):
        raise FactError("line.invalid", f"product {number} is not an object")
    price = _decimal(f"price of product {number}", product.get("price"), Decimal(0), MAX_PRICE)
    quantity = _decimal(f"quantity of product {number}", product.get("quantity"), Decimal(1), MAX_QUANTITY)
    line: dict[str, Any] = {"sku": _sku(product), "quantity": format(quantity, "f"), "unit_price": format(price, "f")}
    line["amount_minor"] = _checked(f"product {number}", price * quantity, currency)
    for part in ("name", "category", "variant", "brand"):
        if text := _text(product.get(part)):
            line[part] = text
    return line


def _product(properties: dict[str, Any]) -> None:
    """`product_id` becomes the SKU unless one is given; price and quantity become decimals as texts, a number beyond use stays as it is."""
    if sku := _sku(properties):
        properties["sku"] = sku
        if properties.get("product_id") == sku:
            del properties["product_id"]
    for part in ("price", "quantity", "rating"):
        if (kind := type(value := properties.get(part))) is int:
            properties[part] = str(value)
        elif kind is float:
            properties[part] = format(Decimal(str(value)), "f")


def _sku(product: dict[str, Any]) -> str:
    return _text(product.get("sku")) or _text(product.get("product_id"))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _minor(what: str, value: Any, currency: str) -> int:
    return _checked(what, _decimal(what, value, Decimal(0), MAX_MINOR), currency)


def _decimal(what: str, value: Any, default: Decimal, limit: int) -> Decimal:
    if not _is_told(value):
        return default
    if type(value) is int and 0 <= value < limit:
        return Decimal(value)
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise InvalidOperation
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        raise FactError("amount.invalid", f"`{what}` is no number: {value!r:.60}") from None
    if not number.is_finite() or not 0 <= number < limit or int(number.as_tuple().exponent) < -_MAX_PLACES:
        raise FactError("amount.invalid", f"`{what}` is out of range: {value!r:.60}")
    return number


def _checked(what: str, amount: Decimal, currency: str) -> int:
    minor = to_minor(amount, currency)
    if minor > MAX_MINOR:
        raise FactError("amount.invalid", f"`{what}` is out of range: {amount}")
    return minor
