"""A tier that is about to end: the period in which it holds is over within so many days."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.asking import Asking, Source, Sql, least, literal
from siyu.audiences.conditions import EVERY_FACT, Because

from ..rules import TRACK

TITLE = _("Tier about to end")
STANDINGS = Source(
    "held",
    "loyalty_standing s",
    "s.member_id",
    only="s.track",
)
ENDS = "coalesce(s.grace_until, s.ends_at)"
LAST_DAY = f"(({ENDS} - interval '1 microsecond') AT TIME ZONE %(zone)s)::date"


class Terms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="tier_ends"
):
    """The last day of the tier, before its keep-line is judged, is within `days` days from today.

    Tiers of a programme that counts a lifetime do not end: nobody is in then.
    """

    days: Annotated[int, Meta(ge=0, le=366, title="within days")]
    track: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]+$", title="track")] = TRACK


def _of(terms: Terms, ask: Asking, what: Sql) -> Sql:
    return ask.column(STANDINGS, f"max({what}) FILTER (WHERE s.track = {literal(terms.track)})", terms.track)


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{_of(terms, ask, LAST_DAY)} <= {ask.today} + {terms.days} AND {_of(terms, ask, ENDS)} > {ask.now}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    last, ends = _of(terms, ask, LAST_DAY), _of(terms, ask, ENDS)
    seen = f"CASE WHEN {last} - {terms.days} > {ask.today} THEN {ask.midnight(f'({last} - {terms.days})')} END"
    return least([seen, f"CASE WHEN {ends} > {ask.now} THEN {ends} END"])


def dirty_on(terms: Terms) -> Sequence[str]:
    return (EVERY_FACT, "loyalty.value")  # whatever happens may be growth


def words(terms: Terms) -> str:
    return gettext("the tier ends within %(days)s days") % {"days": terms.days}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(tier: str | None, last: date | None) -> str:
        return gettext("%(tier)s until %(day)s") % {"tier": tier, "day": last} if last is not None else gettext("holds no tier that ends")

    return Because([_of(terms, ask, what) for what in ("s.tier", LAST_DAY)], tell)
