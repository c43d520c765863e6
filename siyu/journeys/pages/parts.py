"""What the pages of journeys share: states, a journey or 404, an enrolment or 404, tabs."""

from datetime import date

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.parts import Tab
from siyu.merchant.queries import today

from .. import queries
from ..queries import JourneyView
from ..words import STATES, STATUSES, why_words

__all__ = ["STATES", "STATUSES", "why_words"]


def this_day() -> date:
    return today(utc_now())


def free_code(begin: str) -> str:
    """A code that no journey has: the beginning, with a number when it is taken."""
    taken = {one.code for archived in (False, True) for one in queries.journeys(archived=archived)}
    return next(code for number in range(1, len(taken) + 2) if (code := f"{begin}-{number}") not in taken)


def journey_or_404(code: str) -> JourneyView:
    found = queries.journey(code)
    if found is None:
        raise Http404
    return found


def tabs(found: JourneyView, active: str, *, failed: int | None = None) -> list[Tab]:
    """Tabs of one journey."""
    made = [
        Tab(_("Canvas"), reverse("journey", args=[found.code]), active == "canvas"),
        Tab(_("Rehearsal"), reverse("journey-rehearsal", args=[found.code]), active == "rehearsal"),
        Tab(_("Who walks it"), reverse("journey-members", args=[found.code]), active == "members"),
        Tab(_("Set aside"), reverse("journey-failed", args=[found.code]), active == "failed", failed or None),
        Tab(_("Versions"), reverse("journey-versions", args=[found.code]), active == "versions"),
    ]
    return made
