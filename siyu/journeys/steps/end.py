"""The end of the journey. A way that leads nowhere ends it too; this says so on the canvas."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..rules import Answer, Flaw, Go, Known, Walker, World
from ..rules.definition import StepTerms
from . import Hears

TITLE = _("End")
ACTS = False


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="end"):
    """Nothing more."""


def ways(terms: Terms) -> Sequence[str]:
    return ()


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return ()


def words(terms: Terms) -> str:
    return gettext("end")


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    return [Go("done")] * len(walkers)
