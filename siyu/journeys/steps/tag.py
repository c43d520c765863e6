"""Put a tag on the member, or take it off."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..rules import Answer, Flaw, Go, Known, Walker, World
from ..rules.definition import StepTerms
from . import Hears

TITLE = _("Tag")
ACTS = True


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="tag"):
    """A tag by its name; `off`: taken off, whoever had put it there."""

    tag: Annotated[
        str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$", title="tag", extra_json_schema={"input": "tags"})
    ]
    off: Annotated[bool, Meta(title="take it off")] = False


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return ()


def words(terms: Terms) -> str:
    return (gettext("take tag “%(tag)s” off") if terms.off else gettext("tag “%(tag)s”")) % {"tag": terms.tag}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    world.tag(terms.tag.strip(), walkers, "off" if terms.off else "on")
    return [Go("next")] * len(walkers)
