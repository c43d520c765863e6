"""The audit: who did what to what, newest first."""

import json
from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.forms import CharField
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.csv import LIMIT, csv_response
from siyu.lib.web.forms import FilterForm
from siyu.lib.web.keyset import paged
from siyu.lib.web.tables import InstantColumn, ListTable

from .. import queries
from ..access import PageRequest, requires

HEADER = ("at", "actor_kind", "actor_id", "actor_name", "verb", "subject", "because", "detail")


class AuditFilterForm(FilterForm):
    actor = CharField(label=_("Who"), max_length=60, required=False)
    verb = CharField(label=_("What (beginning)"), max_length=60, required=False)
    subject = CharField(label=_("To what"), max_length=120, required=False)


class Records(ListTable):
    at = InstantColumn(_("When"), attrs={"td": {"class": "text-nowrap"}})
    actor_name = tables.Column(_("Who"))
    verb = tables.Column(_("What"))
    subject = tables.Column(_("To what"))
    because = tables.Column(_("Why"))
    detail = tables.Column(_("Detail"), attrs={"td": {"class": "text-break"}})

    def render_detail(self, value: dict[str, Any]) -> str:
        return _words(value)


@requires("audit.view")
def audit(request: PageRequest) -> HttpResponseBase:
    """A filtered page of the audit, or all of it as a file (`?csv=1`)."""
    filters = AuditFilterForm(request.GET or None)
    wanted = queries.AuditFilter(**filters.chosen)
    if request.GET.get("csv"):
        return csv_response(request, "audit", HEADER, _lines(wanted))
    page = paged(request, lambda position: queries.audit_rows(wanted, position), key=lambda row: (row.pk,), order="audit:-id")
    parameters = request.GET.copy()
    parameters.pop("cursor", None)
    parameters["csv"] = "1"
    context = {"title": _("Audit"), "filters": filters, "table": Records(page.rows), "page": page, "csv_url": f"?{parameters.urlencode()}"}
    return render(request, "merchant/list.html", context)


def _lines(wanted: queries.AuditFilter) -> Iterator[tuple[Any, ...]]:
    rows = queries.walk_audit(wanted, LIMIT + 1)  # one more, so that the file can say that it was cut
    return (tuple(_words(row.detail) if name == "detail" else getattr(row, name) for name in HEADER) for row in rows)


def _words(detail: dict[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False) if detail else ""
