"""The first or the last time of something lies in a window."""

from collections.abc import Sequence
from typing import Annotated, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import Asking, Counted, Sql
from ..conditions import Because
from ..counting import FactTerms, earliest, latest, rows
from ..rules import Window
from ..rules.windows import EVER
from ..wording import fact_words, window_words

TITLE = _("First or last time")


class Terms(FactTerms, frozen=True, tag_field="condition", tag="first_or_last"):
    """The first (or last) fact that passes the filter happened in the window; without a window: it happened at all."""

    which: Annotated[Literal["first", "last"], Meta(title="which")] = "first"
    within: Window = EVER


def counters(terms: Terms) -> Sequence[Counted]:
    return () if terms.within.in_hours else (terms.counted,)


def watches(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,) if terms.within.in_hours else ()


def _place(terms: Terms, ask: Asking) -> Sql:
    """The day of it (for windows in hours, the instant), over all time."""
    if not terms.within.in_hours:
        return (earliest if terms.which == "first" else latest)(ask, terms.counted, EVER)
    r = rows(ask, terms.counted, by_instant=True)
    which = "min" if terms.which == "first" else "max"
    return ask.column(r.source, f"{which}({r.instant}) FILTER (WHERE {r.these})", r.number)


def sql(terms: Terms, ask: Asking) -> Sql:
    place = _place(terms, ask)
    return f"{place} IS NOT NULL AND {ask.within(terms.within, place, place)}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    place = _place(terms, ask)
    return ask.turns(terms.within, place, place)


def dirty_on(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def words(terms: Terms) -> str:
    said = gettext("the first time of %(fact)s") if terms.which == "first" else gettext("the last time of %(fact)s")
    return said % {"fact": fact_words(terms.fact, terms.where)} + window_words(terms.within)


def why(terms: Terms, ask: Asking) -> Because:
    def tell(place: object) -> str:
        return gettext("not once") if place is None else gettext("on %(day)s") % {"day": place}

    return Because((_place(terms, ask),), tell, (terms.counted,))
