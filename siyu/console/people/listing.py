"""The members' list: search, filters, three orders, tags for the chosen, and the list as a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.csv import LIMIT, csv_response
from siyu.lib.web.formats import day, major
from siyu.lib.web.keyset import paged
from siyu.lib.web.tables import BadgeColumn, ListTable, MoneyColumn, NumberColumn
from siyu.members import services
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today
from siyu.merchant.services import audit

from ..words import ACTIVITIES, POOL_STAGES, RUNGS, title
from .filters import MemberFilters
from .rows import Row, members, walk, within

MAX_CHOSEN = 500  # members a form may name
HEADER = (
    "public_id", "nickname", "phone", "source", "pool_stage", "activity", "rung", "tier", "points", "orders", "revenue", "last_seen",
    "first_channel", "assistant", "store", "joined",
)  # fmt: skip


class Members(ListTable):
    chosen = tables.Column("", empty_values=(), attrs={"td": {"class": "siyu-chosen"}})
    name = tables.Column(_("Member"), attrs={"td": {"class": "siyu-break"}})
    stage = BadgeColumn(POOL_STAGES, _("Stage"))
    activity = BadgeColumn(ACTIVITIES, _("Activity"))
    rung = BadgeColumn(RUNGS, _("Ladder"))
    tier = tables.Column(_("Tier"))
    points = NumberColumn(_("Points"))
    orders = NumberColumn(_("Orders"))
    revenue = MoneyColumn(_("Revenue"), accessor="revenue_minor", orderable=True, initial_sort_descending=True)
    seen = tables.Column(_("Last seen"), accessor="last_seen", orderable=True, initial_sort_descending=True)
    channel = tables.Column(_("First channel"))
    assistant = tables.Column(_("Own assistant"))
    joined = tables.Column(_("First heard of"), accessor="joined_at", orderable=True, initial_sort_descending=True)

    def render_seen(self, value: datetime) -> str:
        return day(localtime(value).date())

    def render_joined(self, value: datetime) -> str:
        return day(localtime(value).date())

    def render_chosen(self, record: Row) -> str:
        words = gettext("Choose %(name)s") % {"name": record.name}
        return format_html(
            '<input class="form-check-input" type="checkbox" name="member" value="{}" form="chosen" aria-label="{}">', record.id, words
        )

    def render_name(self, record: Row) -> str:
        badge = format_html(' <span class="badge bg-orange-lt">{}</span>', record.badge) if record.badge else ""
        phone = format_html('<div class="siyu-number text-secondary small">{}</div>', record.phone) if record.phone else ""
        return format_html('<div><a href="{}">{}</a>{}{}</div>', reverse("member", args=[record.public_id]), record.name, badge, phone)


@requires("members.view")
def listing(request: PageRequest) -> HttpResponse:
    """One page of the list."""
    now, scope = today(utc_now()), request.viewer.scope
    filters = MemberFilters(request.GET or None, now)
    order, wanted = filters.order(), filters.wanted(scope)
    page = paged(request, lambda at: members(scope, wanted, at, order, now), key=lambda row: tuple(row.key), order=f"members:{order}")
    may_edit = request.viewer.may("members.edit")
    is_narrowed = set(filters.chosen) - {"sort"}
    empty = _("No member matches") if is_narrowed else _("Nobody is known yet: people come from SDKs, shops and imports")
    table = Members(page.rows, order_by=order, empty_text=empty, exclude=() if may_edit else ("chosen",))
    context = {"title": _("Members"), "filters": filters, "table": table, "page": page, "may_edit": may_edit, "csv_url": _file_url(request)}
    return render(request, "console/people/members.html", context)


def _file_url(request: PageRequest) -> str:
    if not request.viewer.may("members.export"):
        return ""
    asked = request.GET.copy()
    asked.pop("cursor", None)
    return f"{reverse('members-file')}?{asked.urlencode()}"


@requires("members.export")
def file(request: PageRequest) -> HttpResponseBase:
    """The list as CSV, at most 100,000 rows, which the audit remembers; phones are masked for who may not see them."""
    now, viewer = today(utc_now()), request.viewer
    filters = MemberFilters(request.GET or None, now)
    unmasked = viewer.may("members.unmask")
    filtered = {name: value for name, value in filters.chosen.items() if name != "q"} | (
        {"searched": True} if "q" in filters.chosen else {}
    )
    audit(viewer.actor, "members.exported", "members", {"filters": filtered, "unmasked": unmasked})
    rows = walk(viewer.scope, filters.wanted(viewer.scope), filters.order(), now, LIMIT + 1, unmasked=unmasked)
    return csv_response(request, "members", HEADER, _lines(rows))


def _lines(rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        clocks = (title(POOL_STAGES, row.stage or ""), title(ACTIVITIES, row.activity or ""), title(RUNGS, row.rung))
        sums = (row.points, row.orders, major(row.revenue_minor), row.last_seen)
        homes = (row.channel, row.assistant, row.store, row.joined_at)
        yield (row.public_id, row.nickname, row.phone, row.badge or row.source, *clocks, row.tier, *sums, *homes)


@requires("members.edit")
@require_POST
def tag(request: PageRequest) -> HttpResponse:
    """Put a tag on the chosen members, or take it off."""
    asked = [int(text) for text in request.POST.getlist("member")[:MAX_CHOSEN] if text.isdecimal() and len(text) < 19]
    chosen, name, by = within(request.viewer.scope, asked), request.POST.get("name", ""), request.viewer.actor
    try:
        if not chosen:
            raise Refusal("members.none", "choose at least one member")
        if request.POST.get("verb") == "untag":
            count = services.untag(by, chosen, name.strip())
        else:
            services.tag(by, chosen, name, now=utc_now())
            count = len(chosen)
        messages.success(request, ngettext("%(count)s member changed.", "%(count)s members changed.", count) % {"count": count})
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else reverse("members"))
