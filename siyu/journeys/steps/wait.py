"""Wait for a while."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Known, Stay, Walker, World
from . import Hears
from .lasting import Lasting, length_words

TITLE = _("Wait")
ACTS = False


class Terms(Lasting, frozen=True, kw_only=True, tag_field="step", tag="wait"):
    """So long after arriving the member goes on."""


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ("next",)


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return [] if terms.length else [Flaw("days", "wait.none", gettext_noop("wait for a minute at least"))]


def words(terms: Terms) -> str:
    return gettext("wait %(time)s") % {"time": length_words(terms)}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    length = terms.length
    return [Stay(walker.at + length) for walker in walkers]
