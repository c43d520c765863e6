"""So many points a piece: 10 for every box bought."""

from decimal import Decimal
from typing import Any

import msgspec

from siyu.orders.rules import pieces

from ..seen import Seen, number
from .amounts import Amount

MAX_PIECES = 1_000_000


class PerQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="per_quantity"):
    """`points` for each piece of the lines that count; parts of a piece (0.5 kg) count as parts until the floor is taken."""

    points: Amount

    def worth(self, seen: Seen) -> tuple[int, int]:
        lines = seen.lines or ([seen.properties] if not seen.all_lines and "quantity" in seen.properties else [])
        numerator, denominator = sum((_pieces(line) for line in lines), Decimal(0)).as_integer_ratio()
        return numerator * self.points, denominator


def _pieces(line: dict[str, Any]) -> int | Decimal:
    return min(number(pieces(line)), MAX_PIECES)
