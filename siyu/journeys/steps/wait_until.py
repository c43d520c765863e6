"""Wait until something happens: a fact, or coming into (or leaving) an audience; and for how long at most."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.queries import names
from siyu.audiences.wording import fact_words
from siyu.facts.filters import Where
from siyu.facts.names import FactName
from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Go, Known, Stay, Walker, World, fact_faults
from ..rules.definition import AudienceId, Edge, Same
from ..words import same_words
from . import Hears
from .lasting import Lasting, length_words

TITLE = _("Wait until something happens")
ACTS = False
HAPPENED, TIMEOUT = "happened", "timeout"


class Terms(Lasting, frozen=True, kw_only=True, tag_field="step", tag="wait_until"):
    """A `fact` that passes a filter, or an `audience`: whoever stands on that side of it already goes on at once.

    With `same`, only a fact in which this property is as in what let the member in: the order, the booking.
    After so many days, hours and minutes the member goes by `timeout`.
    """

    fact: FactName | None = None
    where: Where = {}
    same: Same = ""
    audience: AudienceId | None = None
    edge: Edge = "entered"


def ways(terms: Terms) -> Sequence[str]:
    return (HAPPENED, TIMEOUT)


def waits_on(terms: Terms) -> Sequence[str]:
    """Each fact is heard once; but an audience may hold the member already."""
    return (TIMEOUT,) if terms.audience is not None else (HAPPENED, TIMEOUT)


def hears(terms: Terms) -> Sequence[Hears]:
    if terms.audience is not None:
        is_it: dict[str, Any] = {"property": "audience", "op": "eq", "value": terms.audience}
        return (Hears(f"audience.{terms.edge}", is_it, HAPPENED),)
    return (Hears(str(terms.fact), terms.where, HAPPENED, terms.same),)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    faults = []
    if not terms.length:
        faults.append(Flaw("days", "wait.none", gettext_noop("say for how long at most: a minute at least")))
    if (terms.fact is None) == (terms.audience is None):
        faults.append(Flaw("fact", "wait.what", gettext_noop("wait for a fact or for an audience: one of the two")))
    elif terms.audience is None:
        faults += fact_faults(str(terms.fact), terms.where)
    elif terms.audience not in known.audiences:
        faults.append(
            Flaw("audience", "audience.unknown", gettext_noop("there is no audience %(number)s"), number=terms.audience),
        )
    return faults


def words(terms: Terms) -> str:
    what = same_words(fact_words(terms.fact, terms.where), terms.same) if terms.fact is not None else _edge_words(terms)
    return gettext("wait for %(what)s, at most %(time)s") % {"what": what, "time": length_words(terms)}


def _edge_words(terms: Terms) -> str:
    told = gettext("leaving audience “%(name)s”") if terms.edge == "left" else gettext("entering audience “%(name)s”")
    number = terms.audience or 0
    return told % {"name": names().get(number, number)}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    length = terms.length
    if terms.audience is None:
        return [Stay(walker.at + length, TIMEOUT) for walker in walkers]
    inside, wanted = world.inside(terms.audience, walkers), terms.edge == "entered"
    return [Go(HAPPENED) if (one.owner_id in inside) == wanted else Stay(one.at + length, TIMEOUT) for one in walkers]
