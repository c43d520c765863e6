"""Which tier a member holds on a track."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.asking import Asking, Source, Sql, literal, texts
from siyu.audiences.conditions import Because

from ..rules import TRACK

TITLE = _("Tier")
Code = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
STANDINGS = Source("standings", "loyalty_standing s", "s.member_id", only="s.track")


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="tier"):
    """Holds one of the tiers, by code. Whose growth never moved holds none, though the lowest tier may ask for nothing."""

    tiers: Annotated[list[Code], Meta(min_length=1, max_length=50, title="tiers")]
    track: Annotated[Code, Meta(title="track")] = TRACK


def _of(terms: Terms, ask: Asking, what: Sql) -> Sql:
    return ask.column(STANDINGS, f"max({what}) FILTER (WHERE s.track = {literal(terms.track)})", terms.track)


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{_of(terms, ask, 's.tier')} = ANY({texts(terms.tiers)})"


def next_due(terms: Terms, ask: Asking) -> None:
    return None  # loyalty tells when a tier moves


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("tier.changed",)


def words(terms: Terms) -> str:
    return gettext("holds tier %(tiers)s") % {"tiers": gettext(" or ").join(terms.tiers)}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(tier: str | None, since: datetime | None) -> str:
        return gettext("it is %(tier)s, since %(at)s") % {"tier": tier, "at": since} if tier else gettext("holds no tier")

    return Because([_of(terms, ask, what) for what in ("s.tier", "s.since")], tell)
