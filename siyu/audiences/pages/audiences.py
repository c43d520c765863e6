"""The list of audiences, one of them whole, its members and their file, putting it away."""

from datetime import timedelta
from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web import formats
from siyu.lib.web.charts import Chart, Column, Series, csv_of, over_days
from siyu.lib.web.csv import csv_response
from siyu.lib.web.forms import confirmed
from siyu.lib.web.keyset import Position, paged
from siyu.lib.web.tables import InstantColumn, ListTable, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.services import audit

from .. import queries, services
from ..checking import coming_rules
from ..conditions import kinds
from ..queries import AudienceView, MemberRow
from ..rules import parsed
from ..why import told
from .parts import audience_or_404, starts, tabs, this_day

TREND_DAYS = 90
SPARK_DAYS = 30
PAGE = 25
_NO_AUDIENCE = _("No audience yet: make one from any combination of what you know of people")
_NO_ARCHIVED = _("No audience is archived")


class Audiences(ListTable):
    name = tables.Column(_("Audience"), linkify=("audience", {"pk": tables.A("id")}))
    members = NumberColumn(_("People in it"))
    trend = tables.Column(_("30 days"), empty_values=())
    tag = tables.Column(_("Tag"), default="–")
    computed_at = InstantColumn(_("Judged whole"))
    created_by = tables.Column(_("Made by"))

    def __init__(self, rows: Any, sparks: dict[int, list[int]], **options: Any) -> None:
        super().__init__(rows, **options)
        self.sparks = sparks

    def render_name(self, value: str, record: AudienceView) -> str:
        return format_html("{}{}", value, state(record))

    def render_trend(self, record: AudienceView) -> str:
        return spark(self.sparks.get(record.id, []))


def state(audience: AudienceView) -> str:
    """A mark behind the name of one that is being judged, archived, or could not be judged."""
    if audience.archived_at is not None:
        return format_html(' <span class="badge bg-secondary-lt">{}</span>', _("archived"))
    if audience.is_computing:
        return format_html(' <span class="badge bg-blue-lt">{}</span>', _("computing"))
    if audience.fault:
        return format_html(' <span class="badge bg-red-lt">{}</span>', _("change failed"))
    return ""


def spark(sizes: list[int]) -> str:
    """Sizes as a small line; its ends are said in words."""
    if len(sizes) < 2:
        return "–"
    low, high = min(sizes), max(sizes)
    step = 96 / (len(sizes) - 1)
    points = " ".join(f"{2 + place * step:.1f},{22 - 20 * (size - low) / max(high - low, 1):.1f}" for place, size in enumerate(sizes))
    words = gettext("from %(first)s to %(last)s") % {"first": formats.number(sizes[0]), "last": formats.number(sizes[-1])}
    return format_html(
        '<svg width="100" height="24" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>',
        words,
        mark_safe(points),  # noqa: S308 - numbers
    )


class Members(ListTable):
    nickname = tables.Column(_("Member"), empty_values=(), linkify=("member", {"public_id": tables.A("public_id")}))
    since = InstantColumn(_("In since"))
    why = tables.Column(_("Why"), empty_values=())

    def __init__(self, rows: Any, audience_id: int, **options: Any) -> None:
        super().__init__(rows, **options)
        self.audience_id = audience_id

    def render_nickname(self, record: MemberRow) -> str:
        return record.nickname or record.public_id

    def render_why(self, record: MemberRow) -> str:
        return format_html('<a href="{}">{}</a>', reverse("audience-why", args=[self.audience_id, record.public_id]), _("Why"))


@requires("audiences.view")
def audiences(request: PageRequest) -> HttpResponse:
    """Living audiences with their sizes in the viewer's scope, or the archived ones."""
    is_archive = bool(request.GET.get("archived"))
    rows = queries.audiences(request.viewer.scope, archived=is_archive)
    sparks = queries.sparks([row.id for row in rows], this_day() - timedelta(days=SPARK_DAYS)) if request.viewer.scope.is_whole else {}
    context = {
        "title": _("Audiences"),
        "tabs": tabs("audiences"),
        "table": Audiences(rows, sparks, empty_text=_NO_ARCHIVED if is_archive else _NO_AUDIENCE),
        "is_archive": is_archive,
        "is_narrowed": not request.viewer.scope.is_whole,
    }
    return render(request, "audiences/audiences.html", context)


@requires("audiences.view")
def audience(request: PageRequest, pk: int) -> HttpResponseBase:
    """One audience: its rule in words, its size over time, who is in."""
    found = audience_or_404(request, pk)
    chart = _trend(found)
    if download := csv_of(request, [chart]):
        return download
    scope = request.viewer.scope
    rule = queries.rule_of(pk, found.version or None) or {}
    page = paged(
        request,
        lambda at: _members(pk, at, scope),
        key=lambda row: (row.id,),
        order=f"audience:{pk}",
        size=PAGE,
    )
    nobody = _("Being judged …") if found.is_computing else _("Nobody is in it")
    context = {
        "title": found.name,
        "audience": found,
        "state": state(found),
        "lines": [(range(depth), words) for depth, _at, words in told(parsed(rule, kinds()))],
        "chart": chart if scope.is_whole else None,
        "table": Members(page.rows, pk, empty_text=nobody) if request.viewer.may("members.view") else None,
        "page": page,
        "versions": queries.versions(pk),
        "used_by": _used_by(pk),
        "starts": starts(pk),
    }
    return render(request, "audiences/audience.html", context)


def _used_by(pk: int) -> list[tuple[int, str]]:
    from ..compiling import named_audiences

    names = queries.names()
    return [(number, names[number]) for number, node in coming_rules().items() if pk in named_audiences(node)]


def _members(pk: int, at: Position, scope: Any) -> list[MemberRow]:
    after = at.key[0] if at.key else 0
    return queries.members(pk, scope, after=after, limit=at.limit, backwards=at.is_backwards)


def _trend(found: AudienceView) -> Chart:
    today = this_day()
    days = queries.trend(found.id, today - timedelta(days=TREND_DAYS))
    rows = [[day.day, day.size, day.entered, day.went] for day in days]
    columns = [Column(_("Day"), "day"), Column(_("People in it"), "number"), Column(_("Came"), "number"), Column(_("Went"), "number")]
    series = [Series(_("People in it"), [day.size for day in days])]
    help = _("Members at the end of each business day on which somebody came or went.")
    return Chart(
        "trend",
        _("Members over time"),
        over_days([day.day for day in days], series),
        columns,
        rows,
        help=help,
        height=220,
        empty=_("Nobody came or went yet"),
    )


@requires("members.export")
def export(request: PageRequest, pk: int) -> HttpResponseBase:
    """Everybody in an audience as a file; phones are masked unless the viewer may see them. Audited."""
    found = audience_or_404(request, pk)
    unmasked = request.viewer.may("members.unmask")
    detail = {"name": found.name, "members": found.members, "unmasked": unmasked}
    audit(request.viewer.actor, "audience.exported", f"audience:{pk}", detail)
    rows = queries.walk_members(pk, request.viewer.scope, unmasked=unmasked)
    return csv_response(request, f"audience-{pk}", ("member", "nickname", "phone", "since"), rows, limit=1_000_000)


@requires("audiences.edit")
def archive(request: PageRequest, pk: int) -> HttpResponse:
    found = audience_or_404(request, pk)
    return confirmed(
        request,
        title=found.name,
        question=gettext("Archive “%(name)s”? Nobody is in it any more; its versions stay.") % {"name": found.name},
        button=_("Archive"),
        service=lambda: services.archive(request.viewer.actor, pk, now=utc_now()),
        back=reverse("audiences"),
        done=_("Archived."),
    )


@requires("audiences.edit")
def restore(request: PageRequest, pk: int) -> HttpResponse:
    """Take an archived audience back, which says first what that means."""
    found = audience_or_404(request, pk)
    question = _("Restore “%(name)s”? Everybody is judged anew; who is in it is in from now on, which starts nothing.")
    return confirmed(
        request,
        title=found.name,
        question=str(question) % {"name": found.name},
        button=_("Restore"),
        service=lambda: services.restore(request.viewer.actor, pk, now=utc_now()),
        back=reverse("audience", args=[pk]),
        done=_("Restored. The worker judges everybody now."),
    )


@requires("audiences.edit")
def refresh(request: PageRequest, pk: int) -> HttpResponse:
    found = audience_or_404(request, pk)
    return confirmed(
        request,
        title=found.name,
        question=gettext("Judge everybody anew by the rule of “%(name)s”?") % {"name": found.name},
        button=_("Judge anew"),
        service=lambda: services.refresh(request.viewer.actor, pk),
        back=reverse("audience", args=[pk]),
        done=_("The worker judges everybody now."),
    )
