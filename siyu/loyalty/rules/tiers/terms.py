"""What the operator decides of a track: what is measured over which window, how long a tier holds, and how it is lost."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ..terms import add_months

MAX_WINDOW_DAYS = 3_660
MAX_WINDOW_MONTHS = 120
Days = Annotated[int, Meta(ge=0, le=MAX_WINDOW_DAYS)]
Months = Annotated[int, Meta(ge=0, le=MAX_WINDOW_MONTHS)]
Span = Literal["month", "quarter", "half", "year"]
MONTHS_OF: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}


class Lifetime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="lifetime"):
    """Everything counts for ever."""


class Rolling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="rolling"):
    """What counted on a business day leaves at the midnight so many days or months later."""

    days: Days = 0
    months: Months = 0


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="calendar"):
    """What counted in a month, quarter, half or year leaves when the next one begins."""

    span: Span = "year"


class SinceJoining(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="since_joining"):
    """Years that begin on the anniversary of the member's first measured value."""


class SinceEntering(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="since_entering"):
    """Counted anew from every change of tier and every renewal: judged first, then cleared."""


Window = Lifetime | Rolling | Calendar | SinceJoining | SinceEntering


class AtOnce(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="at_once"):
    """A tier is lost in the moment in which the value falls below its keep-line."""


class For(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="for"):
    """A tier holds so long from the day it was reached, through that day's last, and is judged by its keep-line then."""

    days: Days = 0
    months: Months = 12


class UntilEndOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="until_end_of"):
    """A tier holds to the end of the calendar period so many periods after the one in which it was reached."""

    span: Span = "year"
    more: Annotated[int, Meta(ge=0, le=10)] = 0


Validity = AtOnce | For | UntilEndOf


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The policy of a version of a track. `unit` is what is measured: a unit of the ledger.

    Growth counts as long as it is held; of every other unit what was earned counts, spent or not, less what was taken back.
    """

    unit: Annotated[str, Meta(min_length=1, max_length=40)] = "growth"
    window: Window = Lifetime()
    valid: Validity = AtOnce()
    grace_days: Annotated[int, Meta(ge=0, le=366)] = 0
    downgrade: Literal["by_balance", "one_down"] = "by_balance"
    gifts: Literal["once", "each_year", "each_time"] = "once"  # how often a member gets the gifts of one tier

    @property
    def is_plain(self) -> bool:
        """Whether the tier is a function of the growth held at this moment, and of nothing before."""
        return self.unit == "growth" and isinstance(self.window, Lifetime) and isinstance(self.valid, AtOnce) and not self.grace_days


PLAIN_TERMS = Terms()


def next_start(span: str, day: date, more: int = 0) -> date:
    """The first day of the calendar period after the one a day lies in, or of one `more` periods later."""
    months = MONTHS_OF[span]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return add_months(first, months * (more + 1))
