"""Touch the member: e-mail, SMS, the inbox of the member centre, by a template; the gate decides whether and when."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..rules import Answer, Flaw, Known, Walker, World
from ..rules.loops import Cause
from . import Hears
from .touching import NEXT, REFUSED, Touching, asked, template_faults

TITLE = _("Send a message")
ACTS = True
TOLD = ("touch.sent", "touch.failed", "touch.delivered")  # whatever the member does; opening is theirs to decide


class Terms(Touching, frozen=True, kw_only=True, tag_field="step", tag="touch"):
    """A message by a template."""


def ways(terms: Terms) -> Sequence[str]:
    return (NEXT, REFUSED)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def causes(terms: Terms) -> Sequence[Cause]:
    return tuple((fact, {}) for fact in TOLD)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return template_faults(terms, known, ())


def words(terms: Terms) -> str:
    return gettext("send “%(template)s”") % {"template": terms.template}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    return asked(terms, walkers, world)
