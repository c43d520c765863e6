"""Let the member into another journey, whose trigger is a call."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Go, Known, Walker, World
from ..rules.definition import CALLED, StepTerms
from ..rules.loops import Cause
from . import Hears

TITLE = _("Start another journey")
ACTS = True


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="start"):
    """Another journey by its code; its own entry rules say whether the member enters."""

    journey: Annotated[str, Meta(min_length=1, max_length=60, title="journey", extra_json_schema={"input": "journey"})]


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def causes(terms: Terms) -> Sequence[Cause]:
    return ((CALLED, {"journey": terms.journey}),)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    if terms.journey in known.journeys:
        return ()
    words = gettext_noop("there is no published journey %(code)s that is started by a call")
    return [Flaw("journey", "journey.unknown", words, code=terms.journey)]


def words(terms: Terms) -> str:
    return gettext("start “%(journey)s”") % {"journey": terms.journey}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    world.start(terms.journey, walkers)
    return [Go("next")] * len(walkers)
