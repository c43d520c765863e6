"""Wait by the member's own rhythm of buying: the median of the days between their purchases, in the share one wants of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Known, Stay, Walker, World
from ..rules.definition import StepTerms
from . import Hears

TITLE = _("Wait by the member's rhythm")
ACTS = False
Bound = Annotated[int, Meta(ge=1, le=730)]


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="rhythm"):
    """`percent` of the median gap, but `at_least` and `at_most` so many days; who bought fewer than three times waits `usual` days."""

    percent: Annotated[int, Meta(ge=10, le=500, title="percent of the rhythm")] = 100
    at_least: Annotated[Bound, Meta(title="days at least")] = 3
    at_most: Annotated[Bound, Meta(title="days at most")] = 120
    usual: Annotated[Bound, Meta(title="days when unknown")] = 30


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ("next",)


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    if terms.at_least > terms.at_most:
        return [Flaw("at_least", "rhythm.bounds", gettext_noop("the least number of days must not exceed the most"))]
    return ()


def words(terms: Terms) -> str:
    told = {"percent": terms.percent, "low": terms.at_least, "high": terms.at_most}
    return gettext("wait %(percent)s %% of the member's rhythm, %(low)s to %(high)s days") % told


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    rhythms = world.rhythms(walkers)
    return [Stay(walker.at + days_of(terms, rhythm)) for walker, rhythm in zip(walkers, rhythms, strict=True)]


def days_of(terms: Terms, rhythm: float | None) -> timedelta:
    """How long to wait at a rhythm, in whole days."""
    days = terms.usual if rhythm is None else round(float(rhythm) * terms.percent / 100)
    return timedelta(days=min(max(days, terms.at_least), terms.at_most))
