"""The member's birthday: the day, its week from Monday, or its month."""

from datetime import date, timedelta
from typing import ClassVar, Literal

import msgspec

from siyu.lib.words import gettext_noop

from ..periods import start_of
from ..person import BIRTHDAY, Birthday
from ..seen import Seen, Unmet


class OfBirthday(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="birthday"):
    """Within the day, the week (Monday to Sunday) or the month of the birthday. Who is born on 29 February celebrates on `leap_day` in
    common years.
    """

    needs: ClassVar[frozenset[str]] = frozenset((BIRTHDAY,))

    within: Literal["day", "week", "month"] = "day"
    leap_day: Literal["02-28", "03-01"] = "02-28"

    def fault(self) -> str | None:
        return None

    def unmet(self, seen: Seen) -> Unmet | None:
        born = seen.person.birthday
        if born is None or not born.is_known:
            return Unmet("birthday.unknown", gettext_noop("the birthday is not known"))
        if any(self._is_near(self._in_year(born, year), seen.day) for year in (seen.day.year - 1, seen.day.year, seen.day.year + 1)):
            return None
        return Unmet("birthday.other", gettext_noop("it is not the member's birthday time"))

    def _is_near(self, birthday: date, day: date) -> bool:
        if self.within == "week":
            return timedelta(0) <= day - start_of("week", birthday) < timedelta(days=7)
        return start_of(self.within, birthday) == start_of(self.within, day)

    def _in_year(self, born: Birthday, year: int) -> date:
        try:
            return date(year, born.month, born.day)
        except ValueError:  # 29 February
            month, day = self.leap_day.split("-")
            return date(year, int(month), int(day))
