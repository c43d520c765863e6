"""A campaign: while its conditions hold, other rules of the same fact give several times as much (member day, double points)."""

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from ..seen import Seen
from .amounts import Code


class Multiply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="multiply"):
    """`times` for the rules named, or for all of the same unit. It gives nothing itself; how it joins the tier's multiplier is the
    boosted rule's `combine`.
    """

    times: Decimal
    rules: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()

    def worth(self, seen: Seen) -> tuple[int, int]:
        return 0, 1
