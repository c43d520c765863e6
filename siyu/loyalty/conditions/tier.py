"""Which tier a member holds on a track, and since when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.asking import Asking, Source, Sql, literal, texts
from siyu.audiences.conditions import EVERY_FACT, Because
from siyu.audiences.rules import Window
from siyu.audiences.rules.windows import EVER
from siyu.audiences.wording import window_said

from ..rules import TRACK

TITLE = _("Tier")
Code = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
STANDINGS = Source("standings", "loyalty_standing s", "s.member_id", only="s.track")


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="tier"):
    """Holds one of the tiers, by code, since an instant within the window: at least 30 days ago is held for 30 days.

    Whose growth never moved holds none, though the lowest tier may ask for nothing.
    """

    tiers: Annotated[list[Code], Meta(min_length=1, max_length=50, title="tiers")]
    track: Annotated[Code, Meta(title="track")] = TRACK
    within: Window = EVER


def _of(terms: Terms, ask: Asking, what: Sql) -> Sql:
    return ask.column(STANDINGS, f"max({what}) FILTER (WHERE s.track = {literal(terms.track)})", terms.track)


def _holds(terms: Terms, ask: Asking) -> Sql:
    return f"{_of(terms, ask, 's.tier')} = ANY({texts(terms.tiers)})"


def _since(terms: Terms, ask: Asking) -> tuple[Sql, Sql]:
    """Business day and instant."""
    since = _of(terms, ask, "s.since")
    return f"({since} AT TIME ZONE %(zone)s)::date", since


def sql(terms: Terms, ask: Asking) -> Sql:
    if terms.within == EVER:
        return _holds(terms, ask)
    return f"{_holds(terms, ask)} AND {ask.within(terms.within, *_since(terms, ask))}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """Loyalty tells when a tier moves; how long it is held grows while it is."""
    if terms.within == EVER or (turn := ask.turns(terms.within, *_since(terms, ask))) is None:
        return None
    return f"CASE WHEN {_holds(terms, ask)} THEN {turn} END"


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("tier.changed",) if terms.within == EVER else ("tier.changed", EVERY_FACT, "loyalty.value")  # no fact tells a corrected since


def words(terms: Terms) -> str:
    named = {"tiers": gettext(" or ").join(terms.tiers)}
    if terms.within == EVER:
        return gettext("holds tier %(tiers)s") % named
    return gettext("holds tier %(tiers)s, reached %(window)s") % {**named, "window": window_said(terms.within)}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(tier: str | None, since: datetime | None) -> str:
        return gettext("it is %(tier)s, since %(at)s") % {"tier": tier, "at": since} if tier else gettext("holds no tier")

    return Because([_of(terms, ask, what) for what in ("s.tier", "s.since")], tell)
