"""Money is an integer of minor units; proportions are rounded cumulatively so that parts always sum to the whole."""

from decimal import ROUND_HALF_UP, Decimal

MAX_MINOR = 10**13  # of what one fact tells, in minor units: nearly a million such amounts still add up within what a column holds
MAX_AMOUNT = 10**12  # of what somebody enters or asks for, money in minor units or points: millions of these fit a balance
MAX_QUANTITY, MAX_PRICE = 10**9, 10**11  # of a line stay below: one digit less than the columns hold, for what is rounded
_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "JOD": 3, "OMR": 3, "TND": 3}


def minor_digits(currency: str) -> int:
    """Decimal places of a currency (ISO 4217): 2 unless listed."""
    return _DIGITS.get(currency, 2)


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """`Decimal("12.345")` CNY → 1235 (half away from zero); raises `decimal.InvalidOperation` on what is no number."""
    return int(Decimal(amount).scaleb(minor_digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(total: int, part: int, whole: int) -> int:
    """`total × part ÷ whole` in integers, rounded half up: the cumulative target that a series of parts approaches."""
    return (2 * total * part + whole) // (2 * whole)


def show_minor(amount_minor: int, currency: str) -> str:
    """1234567 CNY → `12,345.67`."""
    digits = minor_digits(currency)
    return f"{Decimal(amount_minor).scaleb(-digits):,.{digits}f}"
