"""Did something so often, never, or exactly so many times: in a window, where its properties pass a filter."""

from collections.abc import Sequence
from typing import Annotated, Literal

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import Asking, Counted, Sql, least
from ..conditions import Because
from ..counting import FactTerms, entering, latest, leaving, times
from ..rules import Window
from ..rules.windows import EVER
from ..wording import fact_words, window_words

TITLE = _("Did something")
SIGNS = {"at_least": ">=", "at_most": "<=", "exactly": "="}


class Terms(FactTerms, frozen=True, tag_field="condition", tag="did_fact"):
    """A fact happened so many times; zero times is `exactly 0`."""

    op: Annotated[Literal["at_least", "at_most", "exactly"], Meta(title="how often")] = "at_least"
    times: Annotated[int, Meta(ge=0, le=1_000_000, title="times")] = 1
    within: Window = EVER


def counters(terms: Terms) -> Sequence[Counted]:
    return () if terms.within.span is not None else (terms.counted,)


def watches(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,) if terms.within.span is not None else ()


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{times(ask, terms.counted, terms.within)} {SIGNS[terms.op]} {terms.times}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """Facts only leave a window that ends today, so a count that is low enough stays; one that ends earlier is also entered."""
    counted, window = terms.counted, terms.within
    lowest = {"at_least": terms.times, "at_most": terms.times + 1, "exactly": max(terms.times, 1)}[terms.op]
    into = entering(ask, counted, window)
    out = leaving(ask, counted, window, the_last=lowest == 1 and (terms.op, terms.times) != ("exactly", 1)) if lowest else None
    if into is None and out is not None:
        out = f"CASE WHEN {times(ask, counted, window)} >= {lowest} THEN {out} END"
    return least([out, into])


def dirty_on(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def words(terms: Terms) -> str:
    how = {
        "at_least": ngettext("at least %(times)s time", "at least %(times)s times", terms.times),
        "at_most": ngettext("at most %(times)s time", "at most %(times)s times", terms.times),
        "exactly": ngettext("exactly %(times)s time", "exactly %(times)s times", terms.times),
    }[terms.op] % {"times": terms.times}
    return f"{fact_words(terms.fact, terms.where)} {how}{window_words(terms.within)}"


def why(terms: Terms, ask: Asking) -> Because:
    def tell(count: int, last: object) -> str:
        if not count:
            return gettext("not once")
        return ngettext("%(count)s time, on %(day)s", "%(count)s times, the last on %(day)s", count) % {"count": count, "day": last}

    shown = (times(ask, terms.counted, terms.within), latest(ask, terms.counted, terms.within))
    return Because(shown, tell, (terms.counted,), terms.within)
