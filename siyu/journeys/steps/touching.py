"""What steps that touch a member share: a template, through the gate."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..rules import Answer, Flaw, Go, Known, Touched, Walker, World
from ..rules.definition import StepTerms

NEXT, REFUSED = "next", "refused"
GONE = ("refused",)  # what the gate answers when nothing will be sent


class Touching(StepTerms, frozen=True, kw_only=True):
    """A template by its code. What the gate refuses goes by `refused`, if that leads anywhere, else by `next`.

    Of several touches that compete for a member, the one of the highest priority is asked first; what could not go within
    `keep_hours` does not go any more.
    """

    template: Annotated[str, Meta(min_length=1, max_length=60, title="template", extra_json_schema={"input": "template"})]
    priority: Annotated[int, Meta(ge=-100, le=100, title="priority")] = 0
    keep_hours: Annotated[int, Meta(ge=1, le=24 * 60, title="keep for hours")] = 72


def template_faults(terms: Touching, known: Known, media: Sequence[str]) -> list[Flaw]:
    """What is wrong with the template of a step for certain media (none: any but those of other steps)."""
    medium = known.templates.get(terms.template)
    if medium is None:
        return [Flaw("template", "template.unknown", gettext_noop("there is no template %(code)s"), code=terms.template)]
    if (media and medium not in media) or (not media and medium in ("task", "webhook")):
        return [Flaw("template", "template.medium", gettext_noop("a template of %(medium)s is for another step"), medium=medium)]
    return []


def asked(terms: Touching, walkers: Sequence[Walker], world: World) -> list[Answer]:
    """Ask the gate for all of them at once."""
    said = world.propose(terms.template, walkers, priority=terms.priority, keep_hours=terms.keep_hours)
    return [Go(_way(terms, one)) for one in said]


def _way(terms: Touching, said: Touched) -> str:
    return REFUSED if said.status in GONE and REFUSED in terms.next else NEXT
