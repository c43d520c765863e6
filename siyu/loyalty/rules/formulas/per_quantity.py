"""So many points a piece: 10 for every box bought."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from ..seen import Seen
from .amounts import Amount

MAX_PIECES = Decimal(1_000_000)


class PerQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="per_quantity"):
    """`points` for each piece of the lines that count; parts of a piece (0.5 kg) count as parts until the floor is taken."""

    points: Amount

    def worth(self, seen: Seen) -> tuple[int, int]:
        lines = seen.lines or ([seen.properties] if not seen.all_lines and "quantity" in seen.properties else [])
        numerator, denominator = sum((_pieces(line) for line in lines), Decimal(0)).as_integer_ratio()
        return numerator * self.points, denominator


def _pieces(line: dict[str, Any]) -> Decimal:
    try:
        pieces = Decimal(str(line.get("quantity", 1)))
    except InvalidOperation:
        return Decimal(0)
    return min(max(pieces, Decimal(0)), MAX_PIECES) if pieces.is_finite() else Decimal(0)
