"""Stopped: did something in an earlier stretch of days, and not since."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import Asking, Counted, Sql, least
from ..conditions import Because
from ..counting import FactTerms, entering, latest, leaving, times
from ..rules import Window
from ..rules.windows import EVER, MAX_DAYS
from ..wording import fact_words

TITLE = _("Stopped doing something")


class Terms(FactTerms, frozen=True, tag_field="condition", tag="stopped"):
    """At least `times` times in the `before` days that lie before the last `quiet` days, and never in these."""

    quiet_days: Annotated[int, Meta(ge=1, le=MAX_DAYS // 2, title="quiet for days")]
    before_days: Annotated[int, Meta(ge=1, le=MAX_DAYS // 2, title="in days before that")]
    times: Annotated[int, Meta(ge=1, le=1_000_000, title="times")] = 1

    @property
    def quiet(self) -> Window:
        return Window(last_days=self.quiet_days)

    @property
    def before(self) -> Window:
        return Window(at_least_days_ago=self.quiet_days, at_most_days_ago=self.quiet_days + self.before_days - 1)


def counters(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{times(ask, terms.counted, terms.before)} >= {terms.times} AND {times(ask, terms.counted, terms.quiet)} = 0"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """What was done leaves the quiet days and enters the days before; then it leaves those."""
    counted = terms.counted
    return least([entering(ask, counted, terms.before), leaving(ask, counted, terms.before, the_last=False)])


def dirty_on(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def words(terms: Terms) -> str:
    said = gettext("%(fact)s at least %(times)s times in %(before)s days, then not for %(quiet)s days")
    fact = fact_words(terms.fact, terms.where)
    return said % {"fact": fact, "times": terms.times, "before": terms.before_days, "quiet": terms.quiet_days}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(before: int, lately: int, last: object) -> str:
        said = gettext("%(before)s times before, %(lately)s times lately, the last on %(day)s")
        return said % {"before": before, "lately": lately, "day": last or "–"}

    counted = terms.counted
    shown = (times(ask, counted, terms.before), times(ask, counted, terms.quiet), latest(ask, counted, EVER))
    return Because(shown, tell, (counted,))
