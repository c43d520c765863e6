"""Tell another program: a call by a template of webhooks, through the outbox like every touch."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..rules import Answer, Flaw, Known, Walker, World
from . import Hears
from .touching import NEXT, REFUSED, Touching, asked, template_faults

TITLE = _("Webhook")
ACTS = True


class Terms(Touching, frozen=True, kw_only=True, tag_field="step", tag="webhook"):
    """A call by a template of webhooks."""


def ways(terms: Terms) -> Sequence[str]:
    return (NEXT, REFUSED)


def waits_on(terms: Terms) -> Sequence[str]:
    return ()


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return template_faults(terms, known, ("webhook",))


def words(terms: Terms) -> str:
    return gettext("webhook “%(template)s”") % {"template": terms.template}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    return asked(terms, walkers, world)
