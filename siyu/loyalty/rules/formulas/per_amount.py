"""So many points for so much money: 1 for every yuan."""

import msgspec

from ..seen import AMOUNT, POINTS_PART, Seen
from .amounts import Amount


class PerAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="per_amount"):
    """`points` for every `per_minor` minor units (or whatever it counts: 5.5 km) of a property; fractions count until the end, then the
    floor is taken.

    What was paid with points earns only when `with_points_part` says so.
    """

    points: Amount = 1
    per_minor: Amount = 100
    property: str = AMOUNT
    with_points_part: bool = False

    def worth(self, seen: Seen) -> tuple[int, int]:
        if self.property != AMOUNT:
            numerator, denominator = seen.told(self.property).as_integer_ratio()
            return numerator * self.points, denominator * self.per_minor
        if seen.kept is None and type(paid := seen.properties.get(AMOUNT)) is int and POINTS_PART not in seen.properties:
            return max(paid, 0) * self.points, self.per_minor  # nearly always
        return seen.amount(with_points_part=self.with_points_part) * self.points, self.per_minor
