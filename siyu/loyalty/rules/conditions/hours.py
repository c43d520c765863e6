"""Weekdays and hours, by the clocks of the programme's zone."""

from datetime import time
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..seen import Seen, Unmet

Weekday = Annotated[int, Meta(ge=1, le=7)]  # 1 is Monday
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class AtHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="hours"):
    """On these weekdays (all, when none is named), from `begins` up to before `ends`; 22:00 to 02:00 passes midnight and belongs to the
    weekday on which it began.
    """

    needs: ClassVar[frozenset[str]] = frozenset()

    weekdays: Annotated[tuple[Weekday, ...], Meta(max_length=7)] = ()
    begins: Clock = "00:00"
    ends: Clock = "00:00"

    def fault(self) -> str | None:
        return gettext_noop("name weekdays or hours") if not self.weekdays and self.begins == self.ends else None

    def unmet(self, seen: Seen) -> Unmet | None:
        wall, weekday = seen.wall.time(), seen.wall.isoweekday()
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        if begins > ends and wall < ends:
            weekday = weekday - 1 or 7  # it began the evening before
        elif begins != ends and not (begins <= wall and (wall < ends or ends < begins)):
            return Unmet("hours.outside", gettext_noop("it is not between %(begins)s and %(ends)s"), {"begins": begins, "ends": ends})
        if self.weekdays and weekday not in self.weekdays:
            return Unmet("hours.weekday", gettext_noop("it is not one of the weekdays"))
        return None
