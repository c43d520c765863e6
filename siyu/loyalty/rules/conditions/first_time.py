"""The first fact of its name: the first order ever, the first check-in of the month."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..periods import PeriodKind, start_of
from ..person import COUNTS
from ..seen import Seen, Unmet


class FirstTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="first_time"):
    """Among the first `times` of the member in the period. Facts of the past count, also those that were brought in and earn nothing."""

    needs: ClassVar[frozenset[str]] = frozenset((COUNTS,))

    within: PeriodKind = "ever"
    times: Annotated[int, Meta(ge=1, le=1000)] = 1

    def fault(self) -> str | None:
        return None

    def unmet(self, seen: Seen) -> Unmet | None:
        before = seen.person.counts.get((seen.fact.name, self.within, start_of(self.within, seen.day)), 0)
        if before < self.times:
            return None
        return Unmet("first_time.later", gettext_noop("it happened %(before)s times before in the period"), {"before": before})
