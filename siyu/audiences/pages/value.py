"""Groups of value 价值人群: how many stand in each, what they brought, and who went from which to which."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.csv import csv_response
from siyu.lib.web.dates import DateRange
from siyu.merchant.access import PageRequest, requires

from .. import services
from ..rules.value import GROUPS, NAMED, rule
from ..value import UNKNOWN, Migration, group_audiences, migration
from ..words import GROUPS as TITLES
from ..words import GROUPS_MEAN
from .parts import tabs, this_day

FRESH = _("Not known yet")
HEADER = ("from", "to", "people", "share", "net")


class Group(NamedTuple):
    """A group: people before the range and at its end, what they brought in it, and where a click leads."""

    title: Any
    means: Any
    before: int
    after: int
    change: int
    net_minor: int
    audience: int | None
    make_url: str


class Cell(NamedTuple):
    """People who went from a row's group to a column's, of all of the row, and the cell's shade."""

    title: Any
    people: int
    share: float
    shade: int
    stayed: bool


@requires("audiences.view")
def value(request: PageRequest) -> HttpResponseBase:
    """Everybody's group at both ends of a range of business days."""
    days = DateRange.from_request(request, this_day())
    moved = migration(days.first, days.last, request.viewer.scope)
    if moved is not None and request.GET.get("csv"):
        return csv_response(request, "value-groups", HEADER, _lines(moved))
    made = group_audiences()
    context: dict[str, Any] = {
        "title": _("Value groups"),
        "tabs": tabs("audience-value"),
        "days": days,
        "moved": moved,
        "may_make": request.viewer.may("audiences.edit") and any(group not in made for group in NAMED),
        "csv_url": f"?{_with_csv(request)}" if moved is not None else "",
    }
    if moved is not None:
        context["groups"] = [_group(moved, group, made.get(group)) for group in GROUPS]
        context["titles"] = [TITLES[group] for group in GROUPS]
        context["rows"] = [
            (TITLES.get(was, FRESH), moved.before(was), [_cell(moved, was, stands) for stands in GROUPS]) for was in (*GROUPS, UNKNOWN)
        ]
    return render(request, "audiences/value.html", context)


@requires("audiences.edit")
@require_POST
def make(request: PageRequest) -> HttpResponse:
    """Make audiences of the groups, and take the borders if there are none."""
    try:
        made = services.make_group_audiences(request.viewer.actor, now=utc_now())
        messages.success(request, gettext("%(count)s audiences were made. The worker judges everybody in a moment.") % {"count": len(made)})
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    return redirect("audience-value")


def _group(moved: Migration, group: str, audience: int | None) -> Group:
    before, after = moved.before(group), moved.after(group)
    told = msgspec.json.encode(rule(group)).decode()
    make_url = reverse("audience-new", query={"rule": told, "name": str(TITLES[group])})
    return Group(TITLES[group], GROUPS_MEAN[group], before, after, after - before, moved.net_minor(group), audience, make_url)


def _cell(moved: Migration, was: str, stands: str) -> Cell:
    people = moved.people(was, stands)
    of_all = moved.before(was)
    share = people / of_all if of_all else 0.0
    return Cell(TITLES[stands], people, share, round(share * 50), was == stands)


def _lines(moved: Migration) -> Iterator[tuple[Any, ...]]:
    for one in moved.moves:
        share = one.people / moved.before(one.was)
        yield TITLES.get(one.was, FRESH), TITLES[one.stands], one.people, round(share, 4), one.net_minor


def _with_csv(request: PageRequest) -> str:
    asked = request.GET.copy()
    asked["csv"] = "1"
    return asked.urlencode()
