"""Wait until a date: one that let the member in (a delivery, an appointment), or a date of the member; so long before or after it."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop
from siyu.members.rules import TraitName

from ..rules import Answer, Flaw, Go, Known, Stay, Walker, World
from ..rules.calendar import FAR, date_instant
from ..rules.definition import StepTerms, TimeOfDay
from ..rules.values import reached
from . import Hears
from .lasting import days_words, hours_words

TITLE = _("Wait until a date")
ACTS = False
NEXT, MISSED = "next", "missed"


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="until_date"):
    """A `property` of what let the member in, or a `trait`, that tells a date; `days` and `hours` below zero come before it.

    `at`: at this time of the day; without it at the time that is told with the date, or at midnight. With `every` = `year` its day
    of the year counts. Whose date is past, more than ten years away, or none goes by `missed`.
    """

    property: Annotated[str, Meta(max_length=200, title="property")] = ""
    trait: TraitName | None = None
    every: Annotated[Literal["once", "year"], Meta(title="comes")] = "once"
    days: Annotated[int, Meta(ge=-FAR, le=FAR, title="days from it")] = 0
    hours: Annotated[int, Meta(ge=-999, le=999, title="hours from it")] = 0
    at: TimeOfDay | None = None


def ways(terms: Terms) -> Sequence[str]:
    return (NEXT, MISSED)


def waits_on(terms: Terms) -> Sequence[str]:
    """The date may have come at the instant of arriving."""
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    """A trait that is said anew may be another date, or null, which no filter finds: the step is taken again whenever traits are said."""
    if terms.trait is None:
        return ()
    return (Hears("member.identified", {"property": "traits", "op": "exists"}, ""),)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    faults = []
    if bool(terms.property) == bool(terms.trait):
        words = gettext_noop("name a property of what let the member in, or a trait: one of the two")
        faults.append(Flaw("property", "until_date.what", words))
    if terms.trait and "." in terms.trait:
        faults.append(Flaw("trait", "until_date.trait", gettext_noop("dates inside objects are not read: name a trait of its own")))
    if terms.at is not None and terms.hours:
        words = gettext_noop("a time of day, or hours from the time that is told with the date: one of the two")
        faults.append(Flaw("hours", "until_date.hours", words))
    return faults


def words(terms: Terms) -> str:
    told = {"when": _offset_words(terms), "date": terms.property or terms.trait or "?", "time": terms.at}
    if terms.at is None:
        return gettext("wait until %(when)s “%(date)s”") % told
    return gettext("wait until %(when)s “%(date)s”, at %(time)s") % told


def _offset_words(terms: Terms) -> str:
    parts = [days_words(abs(terms.days)) if terms.days else "", hours_words(abs(terms.hours)) if terms.hours else ""]
    sides = [terms.days, terms.hours]
    told = [
        (gettext("%(time)s before") if side < 0 else gettext("%(time)s after")) % {"time": part}
        for part, side in zip(parts, sides, strict=True)
        if side
    ]
    return gettext(", ").join(told) or gettext("the day of")


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    told = world.told(terms.trait, walkers) if terms.trait is not None else [reached(one.properties, terms.property) for one in walkers]
    return [_answer(terms, walker, value, world) for walker, value in zip(walkers, told, strict=True)]


def _answer(terms: Terms, walker: Walker, value: Any, world: World) -> Answer:
    comes = date_instant(value, walker.at, world.zone, days=terms.days, hours=terms.hours, at=terms.at, is_yearly=terms.every == "year")
    if comes is None or comes < walker.at:
        return Go(MISSED)
    return Stay(comes, NEXT) if comes > walker.at else Go(NEXT)
