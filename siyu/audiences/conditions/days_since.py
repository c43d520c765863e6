"""Days since something of a member's life: since joining the pool, the first or last purchase, being last seen …"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import LIFE, SEEN, SUMS, Asking, Source, Sql
from ..comparing import NumberOp, check_numbers, days_turn, number_sql, number_words
from ..conditions import EVERY_FACT, Because
from ..rules.windows import Days

TITLE = _("Days since")
PLACES: dict[str, tuple[Source, Sql, Sequence[str]]] = {
    "joined": (LIFE, "l.pool_joined_at", ("pool.joined",)),
    "first_bought": (SUMS, "o.first_paid_at", ("orders.sums",)),
    "last_bought": (SUMS, "o.last_paid_at", ("orders.sums",)),
    "first_seen": (SEEN, "r.first_seen", (EVERY_FACT,)),
    "last_seen": (SEEN, "r.last_seen", (EVERY_FACT,)),
}
WORDS = {
    "joined": _("days since joining the pool"),
    "first_bought": _("days since the first purchase"),
    "last_bought": _("days since the last purchase"),
    "first_seen": _("days since first seen"),
    "last_seen": _("days since last seen"),
}


class Terms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="days_since"
):
    """Business days since it (0: today) compare so; what never happened compares to nothing."""

    what: Annotated[Literal["joined", "first_bought", "last_bought", "first_seen", "last_seen"], Meta(title="since")] = "joined"
    op: NumberOp = "gte"
    value: Annotated[Days, Meta(title="days")]
    to: Annotated[Days, Meta(title="to")] | None = None

    def __post_init__(self) -> None:
        check_numbers(self.op, self.value, self.to)


def _day(terms: Terms, ask: Asking) -> Sql:
    source, instant, _topics = PLACES[terms.what]
    return ask.column(source, f"({instant} AT TIME ZONE %(zone)s)::date")


def sql(terms: Terms, ask: Asking) -> Sql:
    return number_sql(terms.op, f"({ask.today} - {_day(terms, ask)})", terms.value, terms.to)


def next_due(terms: Terms, ask: Asking) -> Sql:
    return days_turn(terms.op, ask, _day(terms, ask), terms.value, terms.to)


def dirty_on(terms: Terms) -> Sequence[str]:
    return PLACES[terms.what][2]


def words(terms: Terms) -> str:
    return f"{WORDS[terms.what]} {number_words(terms.op, terms.value, terms.to)}"


def why(terms: Terms, ask: Asking) -> Because:
    def tell(days: int | None, day: Any) -> str:
        if days is None:
            return gettext("it never happened")
        return gettext("%(days)s days, since %(day)s") % {"days": days, "day": day}

    day = _day(terms, ask)
    return Because((f"({ask.today} - {day})", day), tell)
