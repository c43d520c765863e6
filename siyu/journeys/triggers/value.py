"""Points, or value of another unit, changed: given, spent, taken back …, by whatever moves them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta, field

from siyu.lib.words import gettext_noop

from ..rules import Flaw, Known
from ..rules.definition import Closed
from . import Starts, Who

TITLE = _("Points change")
Move = Literal["granted", "spent", "returned", "taken_back", "transferred", "adjusted"]
MOVES: tuple[Move, ...] = ("granted", "spent", "returned", "taken_back", "transferred", "adjusted")
EARNING = ("order.paid", "order.refunded")  # what orders earn and refunds take back is posted without a fact of its own


class Terms(Closed, frozen=True, tag_field="kind", tag="value"):
    """Moves of a unit by what they are; `orders`: a paid or refunded order lets in too, for it earns and takes back."""

    unit: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]+$", title="unit")] = "points"
    moves: Annotated[list[Move], Meta(max_length=6, title="moves")] = field(default_factory=lambda: list(MOVES))
    orders: Annotated[bool, Meta(title="orders and refunds too")] = True


def hears(terms: Terms, code: str) -> Sequence[Starts]:
    of_unit = {"property": "unit", "op": "eq", "value": terms.unit}
    moved = [Starts(f"value.{move}", of_unit) for move in dict.fromkeys(terms.moves)]
    return [*moved, *(Starts(name, {}) for name in EARNING if terms.orders)]


def next_alarm(terms: Terms, after: datetime, zone: ZoneInfo) -> None:
    return None


def who(terms: Terms) -> Who:
    return Who()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    if terms.moves or terms.orders:
        return ()
    return [Flaw("trigger.moves", "value.moves", gettext_noop("name at least one move"))]


def words(terms: Terms) -> str:
    return gettext("%(unit)s change") % {"unit": terms.unit}
