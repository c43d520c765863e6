"""Have the member's own assistant do something: a staff task by a template; the gate decides whether and when."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..rules import Answer, Flaw, Known, Walker, World
from . import Hears
from .touching import NEXT, REFUSED, Touching, asked, template_faults

TITLE = _("Staff task")
ACTS = True


class Terms(Touching, frozen=True, kw_only=True, tag_field="step", tag="staff_task"):
    """A task by a template of staff tasks."""


def ways(terms: Terms) -> Sequence[str]:
    return (NEXT, REFUSED)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return template_faults(terms, known, ("task",))


def words(terms: Terms) -> str:
    return gettext("staff task “%(template)s”") % {"template": terms.template}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    return asked(terms, walkers, world)
