"""Give something of value: points, growth, a benefit, a badge, a gift, whatever kinds of reward there are."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.loyalty import rewards

from ..rules import Answer, Flaw, Go, Known, Walker, World
from ..rules.definition import StepTerms
from ..rules.loops import Cause
from . import Hears

TITLE = _("Give a reward")
ACTS = True


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="reward"):
    """One reward, in the words of its kind: `{"kind": "points", "amount": 100}`."""

    reward: Annotated[dict[str, Any], Meta(title="reward", extra_json_schema={"input": "reward"})]


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def causes(terms: Terms) -> Sequence[Cause]:
    return (rewards.tells(terms.reward),)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    because = known.reward_fault(terms.reward)
    return [Flaw("reward", "reward.terms", "%(reason)s", reason=because)] if because else []


def words(terms: Terms) -> str:
    return gettext("give %(reward)s") % {"reward": rewards.words(terms.reward)}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    world.reward(terms.reward, walkers)
    return [Go("next")] * len(walkers)
