"""The first or the last time of something lies in a window, or was of a certain kind: the last order held this product."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.facts import filters

from ..asking import Asking, Counted, Sql
from ..conditions import Because
from ..counting import FactTerms, earliest, latest, rows
from ..rules import Window
from ..rules.windows import EVER
from ..wording import fact_words, filter_words, window_words

TITLE = _("First or last time")
Has = Annotated[dict[str, Any], Meta(title="of which", extra_json_schema={"input": "filter"})]


class Terms(FactTerms, frozen=True, tag_field="condition", tag="first_or_last"):
    """The first (or last) fact that passes `where` happened in the window, and passes `has`; without these: it happened at all.

    `where` chooses among which facts the first or last is sought, `has` is asked of the one that was found. Of several at one
    instant any will do.
    """

    which: Annotated[Literal["first", "last"], Meta(title="which")] = "first"
    has: Has = {}
    within: Window = EVER

    def __post_init__(self) -> None:
        super().__post_init__()
        filters.check(self.has)
        filters.check(self.having.where)  # both together, too

    @property
    def having(self) -> Counted:
        """Those of the facts that pass `has`, too."""
        return Counted(self.fact, {"all": [self.where, self.has]} if self.where else self.has)

    @property
    def by_instant(self) -> bool:
        return bool(self.has) or self.within.span is not None


def counters(terms: Terms) -> Sequence[Counted]:
    return () if terms.by_instant else (terms.counted,)


def watches(terms: Terms) -> Sequence[Counted]:
    if not terms.by_instant:
        return ()
    return (terms.counted, terms.having) if terms.has else (terms.counted,)


def _instant(terms: Terms, ask: Asking, counted: Counted, place: str = "instant") -> Sql:
    r = rows(ask, counted, by_instant=True)
    which = "min" if terms.which == "first" else "max"
    return ask.column(r.source, f"{which}({getattr(r, place)}) FILTER (WHERE {r.these})", r.number)


def _place(terms: Terms, ask: Asking) -> Sql:
    """The day of it (for windows with a span, the instant), over all time."""
    if terms.by_instant:
        return _instant(terms, ask, terms.counted, "day" if terms.within.span is None else "instant")
    return (earliest if terms.which == "first" else latest)(ask, terms.counted, EVER)


def _has(terms: Terms, ask: Asking) -> Sql:
    """The first (last) of those that pass `has` is the first (last) of all."""
    return f"{_instant(terms, ask, terms.having)} = {_instant(terms, ask, terms.counted)}" if terms.has else "TRUE"


def sql(terms: Terms, ask: Asking) -> Sql:
    place = _place(terms, ask)
    return f"{place} IS NOT NULL AND {_has(terms, ask)} AND {ask.within(terms.within, place, place)}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    place = _place(terms, ask)
    return ask.turns(terms.within, place, place)


def dirty_on(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def words(terms: Terms) -> str:
    said = gettext("the first time of %(fact)s") if terms.which == "first" else gettext("the last time of %(fact)s")
    said %= {"fact": fact_words(terms.fact, terms.where)}
    if terms.has:
        said = gettext("%(time)s has %(filter)s") % {"time": said, "filter": filter_words(terms.has)}
    return said + window_words(terms.within)


def why(terms: Terms, ask: Asking) -> Because:
    def tell(place: object, has: bool) -> str:
        if place is None:
            return gettext("not once")
        said = gettext("on %(day)s") % {"day": place}
        if not terms.has:
            return said
        return said + (gettext(", and it is so") if has else gettext(", but it is not so"))

    return Because((_place(terms, ask), f"coalesce({_has(terms, ask)}, false)"), tell, (terms.counted,), is_oldest=terms.which == "first")
