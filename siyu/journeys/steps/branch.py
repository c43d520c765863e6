"""Go different ways by what a member is: audiences' rules, or properties of what let the member in."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.wording import listed
from siyu.facts import filters
from siyu.facts.filters import Where
from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Go, Known, Walker, World
from ..rules.definition import Closed, StepTerms
from . import Hears

TITLE = _("Branch")
ACTS = False
OTHER = "other"


class Way(Closed, frozen=True):
    """A way with a name, for members for whom an audience's `rule` holds, or whose entry's properties pass `where`."""

    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00]+$", title="name")]
    rule: Annotated[dict[str, Any], Meta(title="rule", extra_json_schema={"input": "rule"})] | None = None
    where: Where | None = None


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="branch"):
    """The first way that fits; `other` when none does."""

    ways: Annotated[list[Way], Meta(min_length=1, max_length=10, title="ways", extra_json_schema={"input": "branches"})]


def ways(terms: Terms) -> Sequence[str]:
    return (*(way.name for way in terms.ways), OTHER)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def rules(terms: Terms) -> list[dict[str, Any]]:
    """The rules of audiences that it asks: what they count is counted from publication on."""
    return [way.rule for way in terms.ways if way.rule is not None]


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    faults = []
    if len(set(ways(terms))) <= len(terms.ways):
        faults.append(Flaw("ways", "way.twice", gettext_noop("each way has a name of its own, and none is called “other”")))
    for place, way in enumerate(terms.ways):
        if (way.rule is None) == (way.where is None):
            words = gettext_noop("a way has a rule of audiences or a filter of what let the member in: one of the two")
            faults.append(Flaw(f"ways.{place}", "way.what", words))
        elif way.where is None:
            if because := known.rule_fault(way.rule):
                faults.append(Flaw(f"ways.{place}.rule", "rule.invalid", "%(reason)s", reason=because))
        else:
            faults += _filter_faults(way.where, f"ways.{place}.where")
    return faults


def _filter_faults(tree: dict[str, Any], field: str) -> list[Flaw]:
    try:
        filters.check(tree)
    except filters.FilterError as error:
        return [Flaw(field, "filter.invalid", "%(reason)s", reason=str(error))]
    return []


def words(terms: Terms) -> str:
    return gettext("branch: %(ways)s") % {"ways": listed(way.name for way in terms.ways)}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    chosen: dict[int, str] = {}  # walker → way
    for way in terms.ways:
        left = [walker for walker in walkers if id(walker) not in chosen]
        if not left:
            break
        if way.rule is not None:
            holding = world.holding(way.rule, left)
            chosen |= {id(walker): way.name for walker in left if walker.owner_id in holding}
        else:
            passes = filters.compile(way.where or {})
            chosen |= {id(walker): way.name for walker in left if passes(walker.properties)}
    return [Go(chosen.get(id(walker), OTHER)) for walker in walkers]
