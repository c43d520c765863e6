"""One line of an order: the source's own quantity and unit price, and the one figure that is rounded."""

from decimal import Decimal
from typing import Any

from siyu.lib.money import minor_digits, to_minor

LineRow = tuple[str, str, int, str]


def line_amount(line: dict[str, Any], currency: str) -> int:
    """Minor units of a line: as told, else quantity × unit price rounded half away from zero."""
    amount = line.get("amount_minor")
    if amount is not None:
        return int(amount)
    return to_minor(told(line, "quantity", 1) * told(line, "unit_price", 0), currency)


def told(line: dict[str, Any], part: str, usual: int) -> Decimal:
    """A number of a line; the usual one where it is not told, or told as null."""
    return Decimal(str(_written(line, part, usual)))


def pieces(line: dict[str, Any]) -> Any:
    """The quantity of a line as its source wrote it; one where it is not told, or told as null."""
    return _written(line, "quantity", 1)


def _written(line: dict[str, Any], part: str, usual: int) -> Any:
    value = line.get(part)
    return usual if value is None else value


def line_row(line: dict[str, Any], currency: str) -> LineRow:
    """(quantity, unit price, amount_minor, row key); a price that is not told is the amount per piece."""
    amount = line_amount(line, currency)
    quantity = pieces(line)
    price = line.get("unit_price")
    if price is None:
        count = Decimal(str(quantity))
        price = f"{Decimal(amount).scaleb(-minor_digits(currency)) / count:.6f}" if count else "0"
    return str(quantity), str(price), amount, line.get("row_key") or ""
