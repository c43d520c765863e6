"""What the pages of audiences share: tabs, an audience or 404, a member or 404, today."""

from datetime import date

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.parts import Tab
from siyu.lib.wired import wired
from siyu.members import queries as members
from siyu.members.queries import MemberView
from siyu.merchant.access import PageRequest
from siyu.merchant.queries import today

from .. import queries
from ..queries import AudienceView

_TABS = (
    ("audiences", _("Audiences")),
    ("audience-overlap", _("Overlap")),
    ("audience-rfm", _("RFM grid")),
    ("audience-value", _("Value groups")),
    ("audience-lists", _("Uploaded lists")),
)


def tabs(active: str) -> list[Tab]:
    return [Tab(title, reverse(name), name == active) for name, title in _TABS]


def audience_or_404(request: PageRequest, pk: int) -> AudienceView:
    """An audience, counted in the viewer's scope."""
    found = queries.audience(pk, request.viewer.scope)
    if found is None:
        raise Http404
    return found


def member_or_404(request: PageRequest, public_id: str) -> MemberView:
    """A member whom the viewer may see."""
    for number in members.find(public_id)[:1]:
        if (found := members.member(number, request.viewer.scope)) is not None and found.public_id == public_id:
            return found
    raise Http404


def this_day() -> date:
    return today(utc_now())


def starts(*audience_ids: int) -> list[str]:
    """What entering or leaving audiences starts, by name, as the rooms above tell (`wiring.STARTS`)."""
    return list(dict.fromkeys(name for number in audience_ids for ask in wired("STARTS") for name in ask(number)))
