"""Restarted: did something again lately, after a stretch of days without it, having done it before."""

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

TITLE = _("Started again")


class Terms(FactTerms, frozen=True, tag_field="condition", tag="restarted"):
    """Did it in the last `again_days` days, not in the `quiet_days` days before these, and at some time before that."""

    again_days: Annotated[int, Meta(ge=1, le=MAX_DAYS // 2, title="again in the last days")]
    quiet_days: Annotated[int, Meta(ge=1, le=MAX_DAYS // 2, title="after quiet days")]

    @property
    def again(self) -> Window:
        return Window(last_days=self.again_days)

    @property
    def quiet(self) -> Window:
        return Window(at_least_days_ago=self.again_days, at_most_days_ago=self.again_days + self.quiet_days - 1)

    @property
    def before(self) -> Window:
        return Window(at_least_days_ago=self.again_days + self.quiet_days)


def counters(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def sql(terms: Terms, ask: Asking) -> Sql:
    again, quiet, before = (times(ask, terms.counted, window) for window in (terms.again, terms.quiet, terms.before))
    return f"{again} > 0 AND {quiet} = 0 AND {before} > 0"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """Whatever moves on from one of the three stretches into the next."""
    counted = terms.counted
    return least(
        [entering(ask, counted, terms.quiet), entering(ask, counted, terms.before), leaving(ask, counted, terms.quiet, the_last=False)]
    )


def dirty_on(terms: Terms) -> Sequence[Counted]:
    return (terms.counted,)


def words(terms: Terms) -> str:
    said = gettext("%(fact)s again in the last %(again)s days, after %(quiet)s days without")
    return said % {"fact": fact_words(terms.fact, terms.where), "again": terms.again_days, "quiet": terms.quiet_days}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(again: int, quiet: int, before: int, last: object) -> str:
        said = gettext("%(before)s times before, %(quiet)s times in between, %(again)s times lately, the last on %(day)s")
        return said % {"before": before, "quiet": quiet, "again": again, "day": last or "–"}

    counted = terms.counted
    shown = [times(ask, counted, window) for window in (terms.again, terms.quiet, terms.before)]
    return Because((*shown, latest(ask, counted, EVER)), tell, (counted,))
