"""Wait until something happens, or the first of several things: a fact, coming into (or leaving) an audience; and for how long at most."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.queries import names
from siyu.audiences.wording import fact_words
from siyu.facts.filters import Where
from siyu.facts.names import FactName
from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Go, Known, Stay, Walker, World, fact_faults
from ..rules.definition import AudienceId, Closed, Edge, Same
from ..words import same_words
from . import Hears
from .lasting import Lasting, length_words

TITLE = _("Wait until something happens")
ACTS = False
HAPPENED, TIMEOUT = "happened", "timeout"


class Awaited(Closed, frozen=True):
    """One of several things that are waited for, and the name of its way: a `fact` that passes a filter, or an `audience`."""

    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00]+$", title="name")]
    fact: FactName | None = None
    where: Where = {}
    same: Same = ""
    audience: AudienceId | None = None
    edge: Edge = "entered"


class Terms(Lasting, frozen=True, kw_only=True, tag_field="step", tag="wait_until"):
    """A `fact` that passes a filter, or an `audience`: whoever stands on that side of it already goes on at once.

    With `same`, only a fact in which this property is as in what let the member in: the order, the booking.
    `any`: the first of several, each with a way of its name; of two that hold already, the one that is named first.
    After so many days, hours and minutes the member goes by `timeout`.
    """

    fact: FactName | None = None
    where: Where = {}
    same: Same = ""
    audience: AudienceId | None = None
    edge: Edge = "entered"
    any: Annotated[list[Awaited], Meta(max_length=10, title="the first of", extra_json_schema={"input": "awaited"})] = []


def awaited(terms: Terms) -> Sequence[Awaited]:
    """What is waited for; the one thing that a step names itself goes by `happened`."""
    if terms.any:
        return terms.any
    return (Awaited(name=HAPPENED, fact=terms.fact, where=terms.where, same=terms.same, audience=terms.audience, edge=terms.edge),)


def ways(terms: Terms) -> Sequence[str]:
    return (*(one.name for one in terms.any), TIMEOUT) if terms.any else (HAPPENED, TIMEOUT)


def waits_on(terms: Terms) -> Sequence[str]:
    """Each fact is heard once; but an audience may hold the member already."""
    return (*(one.name for one in awaited(terms) if one.audience is None), TIMEOUT)


def hears(terms: Terms) -> Sequence[Hears]:
    return [_heard(one) for one in awaited(terms)]


def _heard(one: Awaited) -> Hears:
    if one.audience is None:
        return Hears(str(one.fact), one.where, one.name, one.same)
    is_it: dict[str, Any] = {"property": "audience", "op": "eq", "value": one.audience}
    return Hears(f"audience.{one.edge}", is_it, one.name)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    faults = []
    if not terms.length:
        faults.append(Flaw("days", "wait.none", gettext_noop("say for how long at most: a minute at least")))
    if terms.any and (terms.fact is not None or terms.audience is not None):
        faults.append(Flaw("any", "wait.what", gettext_noop("wait for one thing, or for the first of several: one of the two")))
    if len({*ways(terms)}) < len(ways(terms)):
        faults.append(Flaw("any", "way.twice", gettext_noop("each way has a name of its own, and none is called “timeout”")))
    for place, one in enumerate(awaited(terms)):
        where = f"any.{place}." if terms.any else ""
        faults += [Flaw(f"{where}{flaw.field}", flaw.code, flaw.words, **flaw.values) for flaw in _flaws(one, known)]
    return faults


def _flaws(one: Awaited, known: Known) -> Sequence[Flaw]:
    if (one.fact is None) == (one.audience is None):
        return [Flaw("fact", "wait.what", gettext_noop("wait for a fact or for an audience: one of the two"))]
    if one.audience is None:
        return list(fact_faults(str(one.fact), one.where))
    if one.audience in known.audiences:
        return ()
    return [Flaw("audience", "audience.unknown", gettext_noop("there is no audience %(number)s"), number=one.audience)]


def words(terms: Terms) -> str:
    what = gettext(" or ").join(_awaited_words(one) for one in awaited(terms))
    return gettext("wait for %(what)s, at most %(time)s") % {"what": what, "time": length_words(terms)}


def _awaited_words(one: Awaited) -> str:
    if one.fact is not None:
        return same_words(fact_words(one.fact, one.where), one.same)
    told = gettext("leaving audience “%(name)s”") if one.edge == "left" else gettext("entering audience “%(name)s”")
    number = one.audience or 0
    return told % {"name": names().get(number, number)}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    held: dict[int, str] = {}  # walker → the way of an audience on whose side they stand
    for one in awaited(terms):
        left = [walker for walker in walkers if id(walker) not in held]
        if one.audience is not None and left:
            inside = world.inside(one.audience, left)
            held |= {id(walker): one.name for walker in left if (walker.owner_id in inside) == (one.edge == "entered")}
    length = terms.length
    return [Go(held[id(one)]) if id(one) in held else Stay(one.at + length, TIMEOUT) for one in walkers]
