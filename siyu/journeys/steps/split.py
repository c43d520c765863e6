"""Go different ways by chance, for ever the same for a member: arms of an experiment, and a hold-out that gets nothing."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.wording import listed
from siyu.lib.buckets import BUCKETS, arm
from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Go, Known, Walker, World
from ..rules.definition import Closed, StepTerms
from . import Hears

TITLE = _("Split")
ACTS = False
HELD_OUT = "held_out"
Share = Annotated[int, Meta(ge=0, le=BUCKETS, title="of 10,000")]


class Arm(Closed, frozen=True):
    """An arm with a name: so many of 10,000 members."""

    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00]+$", title="name")]
    weight: Share


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="split"):
    """Arms and a hold-out; their weights are 10,000 together.

    Whoever is held out goes by `held_out`, and from there on gets nothing: a touch is only recorded as control, other deeds are left out.
    With the same `salt`, members fall into the same arms in other steps and journeys too; without one, every step draws anew.
    """

    arms: Annotated[list[Arm], Meta(min_length=1, max_length=10, title="arms", extra_json_schema={"input": "arms"})]
    hold_out: Annotated[Share, Meta(title="held out")] = 0
    salt: Annotated[str, Meta(max_length=60, pattern=r"^[^\x00]*$", title="salt")] = ""


def ways(terms: Terms) -> Sequence[str]:
    return (*(one.name for one in terms.arms), *((HELD_OUT,) if terms.hold_out else ()))


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    faults = []
    names = {one.name for one in terms.arms}
    if len(names) < len(terms.arms) or HELD_OUT in names:
        faults.append(Flaw("arms", "way.twice", gettext_noop("each arm has a name of its own, and none is called “held_out”")))
    if (total := sum(one.weight for one in terms.arms) + terms.hold_out) != BUCKETS:
        words = gettext_noop("the weights are 10,000 together, these are %(total)s")
        faults.append(Flaw("arms", "split.weights", words, total=f"{total:,}"))
    return faults


def words(terms: Terms) -> str:
    shares = [f"{one.name} {one.weight / 100:g} %" for one in terms.arms]
    if terms.hold_out:
        shares.append(gettext("held out %(share)s %%") % {"share": f"{terms.hold_out / 100:g}"})
    return gettext("split: %(arms)s") % {"arms": listed(shares)}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    weights = [one.weight for one in terms.arms]
    names = [one.name for one in terms.arms]
    answers: list[Answer] = []
    for walker in walkers:
        place = arm(terms.salt or f"journey:{world.code(walker)}:{walker.step}", walker.origin_id, weights)
        is_held_out = place >= len(names)
        name = HELD_OUT if is_held_out else names[place]
        answers.append(Go(name, name, is_held_out))
    return answers
