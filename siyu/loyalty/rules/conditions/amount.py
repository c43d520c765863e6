"""The order's amount lies in a range."""

from math import ceil
from typing import ClassVar, Literal

import msgspec

from siyu.lib.words import gettext_noop

from ..formulas.amounts import Minor
from ..seen import AMOUNT, Seen, Unmet


class AmountRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="amount"):
    """From `at_least` to `at_most` minor units, both included; `of` the whole order or of the `matching` lines only."""

    needs: ClassVar[frozenset[str]] = frozenset()

    at_least: Minor = 0
    at_most: Minor | None = None
    of: Literal["order", "matching"] = "order"
    property: str = AMOUNT

    def fault(self) -> str | None:
        if self.at_most is not None and self.at_most < self.at_least:
            return gettext_noop("the highest amount lies below the lowest")
        return None if self.at_least or self.at_most is not None else gettext_noop("give a lowest or a highest amount")

    def unmet(self, seen: Seen) -> Unmet | None:
        amount = seen.amount() if self.of == "matching" and self.property == AMOUNT else seen.told(self.property)
        if amount < self.at_least:
            missing = ceil(self.at_least - amount)
            return Unmet("amount.below", gettext_noop("the amount is below the lowest"), {}, missing)
        if self.at_most is not None and amount > self.at_most:
            return Unmet("amount.above", gettext_noop("the amount is above the highest"))
        return None
