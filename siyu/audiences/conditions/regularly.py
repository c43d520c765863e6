"""Regularly: something happened so often in each of at least m of the last n periods of so many days, counted back from today."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..asking import Asking, Counted, Sql
from ..conditions import Because
from ..counting import FactTerms, rows
from ..wording import fact_words

TITLE = _("Did something regularly")


class Terms(FactTerms, frozen=True, tag_field="condition", tag="regularly"):
    """At least `times` times in each of `periods` of the last `of` periods of `days` days; the newest period ends today."""

    periods: Annotated[int, Meta(ge=1, le=60, title="in periods")]
    of: Annotated[int, Meta(ge=1, le=60, title="of the last periods")]
    days: Annotated[int, Meta(ge=1, le=366, title="days of a period")] = 7
    times: Annotated[int, Meta(ge=1, le=1_000_000, title="times in a period")] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.periods > self.of:
            raise ValueError(gettext_noop("periods must not exceed of"))


def counters(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def _periods(terms: Terms, ask: Asking) -> Sql:
    """In how many of them it happened often enough. Sums by period come from lists, for a column has no groups of its own."""
    r = rows(ask, terms.counted, by_instant=False)
    period = f"greatest({ask.today} - {r.day}, 0) / {terms.days}"
    inside = f"FILTER (WHERE {r.these} AND {r.day} > {ask.today} - {terms.of * terms.days})"
    counted = f"count(DISTINCT {period}) {inside}"
    if terms.times > 1:
        lists = f"unnest(array_agg({period}) {inside}, array_agg({r.times}) {inside}) AS u (period, times)"
        often = f"SELECT FROM {lists} GROUP BY u.period HAVING sum(u.times) >= {terms.times}"
        counted = f"(SELECT count(*) FROM ({often}) often)"
    return f"coalesce({ask.column(r.source, counted, r.number, terms.of * terms.days)}, 0)"


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{_periods(terms, ask)} >= {terms.periods}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """When the next day grows old enough to belong to the period before its own."""
    r = rows(ask, terms.counted, by_instant=False)
    left = f"min({terms.days} - mod({ask.today} - {r.day}, {terms.days}))"
    inside = f"{r.these} AND {r.day} > {ask.today} - {terms.of * terms.days}"
    return ask.midnight(f"({ask.today} + {ask.column(r.source, f'{left} FILTER (WHERE {inside})', r.number, terms.of * terms.days)})")


def dirty_on(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def words(terms: Terms) -> str:
    said = gettext("%(fact)s in at least %(periods)s of the last %(of)s periods of %(days)s days")
    said %= {"fact": fact_words(terms.fact, terms.where), "periods": terms.periods, "of": terms.of, "days": terms.days}
    return said + gettext(", at least %(times)s times in each") % {"times": terms.times} if terms.times > 1 else said


def why(terms: Terms, ask: Asking) -> Because:
    def tell(periods: int) -> str:
        return gettext("in %(periods)s of %(of)s periods") % {"periods": periods, "of": terms.of}

    return Because((_periods(terms, ask),), tell, (terms.counted,))
