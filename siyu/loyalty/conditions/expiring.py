"""Value that is about to end: so much of a unit within so many days, if it is not used before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.asking import Asking, Source, Sql, least, literal
from siyu.audiences.conditions import EVERY_FACT, Because
from siyu.lib.money import MAX_AMOUNT

TITLE = _("Points about to expire")
LOTS = Source("ending", "loyalty_account a JOIN loyalty_lot l ON l.account_id = a.id AND l.remaining > 0", "a.owner_id", only="a.unit")
LAST_DAY = "((l.expires_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date"


class Terms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="expiring"
):
    """At least so much has its last valid day within `days` days from today (0: today)."""

    days: Annotated[int, Meta(ge=0, le=366, title="within days")]
    at_least: Annotated[int, Meta(ge=1, le=MAX_AMOUNT, title="at least")] = 1
    unit: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]+$", title="unit")] = "points"


def _of(terms: Terms, ask: Asking, what: Sql, also: Sql) -> Sql:
    these = f"a.unit = {literal(terms.unit)} AND l.expires_at > {ask.now} AND {also}"
    return ask.column(LOTS, f"{what} FILTER (WHERE {these})", terms.unit)


def _soon(terms: Terms, ask: Asking) -> Sql:
    return f"{LAST_DAY} <= {ask.today} + {terms.days}"


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{_of(terms, ask, 'sum(l.remaining)', _soon(terms, ask))} >= {terms.at_least}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """A lot comes in sight so many days before its last day, and is gone when it ends."""
    next_day = _of(terms, ask, f"min({LAST_DAY})", f"{LAST_DAY} > {ask.today} + {terms.days}")
    return least([ask.midnight(f"({next_day} - {terms.days})"), _of(terms, ask, "min(l.expires_at)", "TRUE")])


def dirty_on(terms: Terms) -> Sequence[str]:
    return (EVERY_FACT, "loyalty.value")  # whatever happens may earn; maturing, freed and ended holds are told by the room


def words(terms: Terms) -> str:
    told = {"amount": terms.at_least, "unit": terms.unit, "days": terms.days}
    return gettext("at least %(amount)s of %(unit)s expire within %(days)s days") % told


def why(terms: Terms, ask: Asking) -> Because:
    def tell(amount: Decimal | None, first: date | None) -> str:
        if not amount:
            return gettext("nothing of it expires so soon")
        return gettext("%(amount)s expire, the first on %(day)s") % {"amount": amount, "day": first}

    soon = _soon(terms, ask)
    return Because((_of(terms, ask, "sum(l.remaining)", soon), _of(terms, ask, f"min({LAST_DAY})", soon)), tell)
