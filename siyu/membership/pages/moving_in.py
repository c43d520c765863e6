"""The reconciliation sheet of moving in: the file's totals against the ledger's, to the last point."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.csv import csv_response
from siyu.merchant.access import PageRequest, requires

from ..queries.moving_in import Sheet, sheet

HEADER = ("part", "name", "in_file", "rejected", "there_before", "brought_in", "difference")


@requires("imports.run")
def moving_in(request: PageRequest, pk: int) -> HttpResponseBase:
    """One import's sheet. It tells of all members at once: a narrowed view sees none of it."""
    found = sheet(pk) if request.viewer.scope.is_whole else None
    if found is None:
        raise Http404
    if request.GET.get("csv"):
        return csv_response(request, f"moving-in-{pk}", HEADER, _lines(found))
    context = {"title": gettext("Reconciliation of %(file)s") % {"file": found.job.file_name}, "sheet": found, "parts": _parts(found)}
    return render(request, "membership/moving_in.html", context)


def _parts(found: Sheet) -> list[tuple[Any, Any, list[Any]]]:
    """Tiers and badges: title, what is said of a name that nothing is called here, lines."""
    return [
        (_("Tiers"), _("no tier is called so"), found.tiers),
        (_("Badges"), _("no badge is called so"), found.badges),
    ]


def _lines(found: Sheet) -> Iterator[tuple[Any, ...]]:
    for one in found.units:
        yield ("unit", one.unit, one.in_file, one.rejected, one.before, one.brought, one.difference)
    yield ("members", "", found.people, "", found.found, found.new, "")
    for part, lines in (("tier", found.tiers), ("badge", found.badges)):
        for line in lines:
            yield (part, line.name, line.in_file, "", line.before, line.brought, line.left_out)
    for refused in found.rejects:
        yield ("rejected", refused.code, refused.rows, refused.amount, "", "", "")
