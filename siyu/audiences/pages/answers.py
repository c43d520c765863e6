"""Why a member is in or not; where audiences overlap; the grid of RFM."""

from typing import Any, NamedTuple

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.business import business
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..conditions import kinds
from ..rules import parsed
from ..why import why as reasons
from .parts import audience_or_404, member_or_404, tabs

CHOSEN = 6  # audiences that the overlap shows unasked


class Cell(NamedTuple):
    """A cell of the grid: buyers, their net revenue, its shade, and where a click leads."""

    buyers: int
    net_minor: int
    shade: int
    url: str


@requires("audiences.view")
def why(request: PageRequest, pk: int, public_id: str) -> HttpResponse:
    """Every node of the rule with its answer for one member."""
    found, member = audience_or_404(request, pk), member_or_404(request, public_id)
    rule = queries.rule_of(pk, found.version or None) or {}
    since = queries.audiences_of(member.id).get(pk)
    context = {
        "title": found.name,
        "audience": found,
        "member": member,
        "since": since,
        "answer": reasons(parsed(rule, kinds()), member.id, utc_now()),
        "may_open": request.viewer.may("facts.view"),
    }
    return render(request, "audiences/why.html", context)


@requires("audiences.view")
def overlap(request: PageRequest) -> HttpResponse:
    """How many members each two audiences share."""
    living = queries.audiences(request.viewer.scope)
    wanted = [int(number) for number in request.GET.getlist("audience") if number.isdigit()][: queries.MAX_OVERLAP]
    chosen = [one for one in living if one.id in wanted] if wanted else living[:CHOSEN]
    shared = queries.overlap([one.id for one in chosen], request.viewer.scope)
    rows = [(one, [(other, *_share(shared, one.id, other.id)) for other in chosen]) for one in chosen]
    context = {
        "title": _("Overlap"),
        "tabs": tabs("audience-overlap"),
        "living": [(one.id, one.name, one in chosen) for one in living],
        "chosen": chosen,
        "rows": rows,
        "limit": queries.MAX_OVERLAP,
    }
    return render(request, "audiences/overlap.html", context)


def _share(shared: dict[tuple[int, int], int], one: int, other: int) -> tuple[int, float, int]:
    both, own = shared.get((one, other), 0), shared.get((one, one), 0)
    share = both / own if own else 0.0
    return both, share, round(share * 50)


@requires("audiences.view")
def rfm(request: PageRequest) -> HttpResponse:
    """Buyers by recency and frequency, five by five; a cell opens an audience."""
    taken = queries.newest_snapshot()
    context: dict[str, Any] = {"title": _("RFM grid"), "tabs": tabs("audience-rfm"), "snapshot": taken[0] if taken else None}
    if taken:
        counted = queries.cells(taken[1], business().zone.key, request.viewer.scope)
        most = max((buyers for buyers, _net in counted.values()), default=1)
        context["rows"] = [(r, [_cell(counted, r, f, most) for f in range(1, 6)]) for r in range(5, 0, -1)]
        context["scores"] = range(1, 6)
        context["borders"] = taken[1]
    return render(request, "audiences/rfm.html", context)


def _cell(counted: dict[tuple[int, int], tuple[int, int]], r: int, f: int, most: int) -> Cell:
    buyers, net = counted.get((r, f), (0, 0))
    rule = msgspec.json.encode({"condition": "rfm", "recency": [r], "frequency": [f]}).decode()
    url = reverse("audience-new", query={"rule": rule, "name": f"R{r} F{f}"})
    return Cell(buyers, net, round(buyers / most * 50), url)


@requires("audiences.edit")
def take_snapshot(request: PageRequest) -> HttpResponse:
    """Take the borders anew; audiences of cells are judged by them."""
    if request.method == "POST":
        try:
            services.take_snapshot(request.viewer.actor, now=utc_now())
            messages.success(request, gettext("Taken. Audiences of cells are judged anew."))
        except Refusal as refusal:
            messages.error(request, refusal.told(gettext))
    return redirect("audience-rfm")
