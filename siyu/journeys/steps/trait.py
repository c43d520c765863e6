"""Say something of the member: a trait with a value."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.facts.catalogue import PERSONAL_TRAITS
from siyu.lib.words import gettext_noop
from siyu.members.rules import TraitName

from ..rules import Answer, Flaw, Go, Known, Walker, World
from ..rules.definition import StepTerms
from ..rules.loops import Cause
from . import Hears

TITLE = _("Set a trait")
ACTS = True
TAGS = "tags"  # what facts say by this name puts tags on, and is kept as no trait


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="trait"):
    """The trait is said at the instant of the step, or cleared where there is no value; what is said of it later holds."""

    trait: TraitName
    value: Annotated[str | bool | int | float | None, Meta(title="value")] = None


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def causes(terms: Terms) -> Sequence[Cause]:
    return (("member.identified", {}),)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    faults = []
    if terms.trait == TAGS:
        faults.append(Flaw("trait", "trait.tags", gettext_noop("tags are no trait: put them on, or take them off, by the step “Tag”")))
    if terms.trait in PERSONAL_TRAITS:
        faults.append(Flaw("trait", "trait.personal", gettext_noop("%(trait)s is personal: only the member says it"), trait=terms.trait))
    if isinstance(terms.value, str) and (len(terms.value) > 1_000 or "\x00" in terms.value):
        faults.append(Flaw("value", "trait.value", gettext_noop("a value has at most 1,000 characters")))
    return faults


def words(terms: Terms) -> str:
    if terms.value is None:
        return gettext("clear “%(trait)s”") % {"trait": terms.trait}
    return gettext("set “%(trait)s” to %(value)s") % {"trait": terms.trait, "value": terms.value}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    world.trait(terms.trait, terms.value, walkers)
    return [Go("next")] * len(walkers)
