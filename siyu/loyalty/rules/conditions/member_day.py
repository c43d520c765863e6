"""Member day, 会员日: the 8th of each month, or days of the calendar."""

from calendar import monthrange
from datetime import date
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..seen import Seen, Unmet

LAST = -1
DayOfMonth = Annotated[int, Meta(ge=-1, le=31)]


class MemberDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="member_day"):
    """The fact's business day is one of `dates`, or one of `days_of_month`: -1 is the last; a 31st is left out where there is none."""

    needs: ClassVar[frozenset[str]] = frozenset()

    dates: Annotated[tuple[date, ...], Meta(max_length=366)] = ()
    days_of_month: Annotated[tuple[DayOfMonth, ...], Meta(max_length=31)] = ()

    def fault(self) -> str | None:
        if 0 in self.days_of_month:
            return gettext_noop("days of a month are 1 to 31, or -1 for the last")
        return None if self.dates or self.days_of_month else gettext_noop("name a day")

    def unmet(self, seen: Seen) -> Unmet | None:
        day = seen.day
        is_last = LAST in self.days_of_month and day.day == monthrange(day.year, day.month)[1]
        if is_last or day.day in self.days_of_month or day in self.dates:
            return None
        return Unmet("member_day.other", gettext_noop("it is no member day"))
