"""A multiple of what another rule gave for the same fact, as a lot of its own: half as much again, but only for 30 days."""

from decimal import Decimal

import msgspec

from ..seen import Seen
from .amounts import PLAIN, Code, thousandths


class OfRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="of_rule"):
    """`times` what the rule `rule` gave, after its multipliers and caps; nothing when it gave nothing."""

    rule: Code
    times: Decimal

    def worth(self, seen: Seen) -> tuple[int, int]:
        """Nothing by itself: what the other rule gave is known when all the others have been asked (`of`)."""
        return 0, 1

    def of(self, given: int) -> tuple[int, int]:
        return given * thousandths(self.times), PLAIN
