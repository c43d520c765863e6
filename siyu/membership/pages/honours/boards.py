"""Leaderboards: their periods and ranks, making and changing one."""

from typing import Any

import django_tables2 as tables
import msgspec
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.tables import ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import staff_names, store_names

from ...models import Board as BoardRow
from ...queries import honours as queries
from ...rules.leaderboards import Board
from ...services.honours import (
    archive_board,
    publish_board,
    refresh_board,
)
from ..deeds import GROUPS, MEASURES, PERIODS, confirmed, honour_tabs, this_day
from ..fields import FilterField, PrizesField
from .parts import with_facts


class BoardForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    measure = forms.ChoiceField(label=_("Measure"), choices=list(MEASURES.items()))
    trigger = forms.CharField(
        label=_("Fact that counts"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"list": "facts"}),
        help_text=_("Only for a measure of facts."),
    )
    where = FilterField(label=_("Only if"))
    period = forms.ChoiceField(label=_("Period"), choices=list(PERIODS.items()), initial="month")
    among = forms.ChoiceField(label=_("Among"), choices=list(GROUPS.items()))
    tag = forms.CharField(label=_("Tag"), max_length=60, required=False)
    top = forms.IntegerField(label=_("Members shown"), min_value=1, max_value=1000, initial=50)
    prizes = PrizesField(label=_("Prizes"), required=False)

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given.pop("code", None)
        return {"name": given.pop("name"), "definition": given}


class NewBoardForm(BoardForm):
    field_order = ("code",)
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and underscores; it does not change."))


class Boards(ListTable):
    name = tables.Column(_("Leaderboard"), linkify=("board", {"code": tables.A("code")}))
    measure = tables.Column(_("Measure"), empty_values=())
    period = tables.Column(_("Period"), empty_values=())
    among = tables.Column(_("Among"), empty_values=())

    def render_measure(self, record: BoardRow) -> str:
        return str(MEASURES[record.definition["measure"]])

    def render_period(self, record: BoardRow) -> str:
        return str(PERIODS[record.definition["period"]])

    def render_among(self, record: BoardRow) -> str:
        return f"{GROUPS[record.definition['among']]} {record.definition.get('tag', '')}".strip()


class Places(ListTable):
    rank = NumberColumn(_("Rank"))
    name = tables.Column(_("Member"), empty_values=())
    value = NumberColumn(_("Value"))

    def render_name(self, record: queries.Place) -> str:
        if record.public_id:
            return format_html('<a href="{}">{}</a>', reverse("member", args=[record.public_id]), record.name or record.public_id)
        return gettext("Anonymous member") if record.is_hidden else gettext("Not among your customers")


class MoneyPlaces(Places):
    value = MoneyColumn(_("Value"))


@requires("membership.view")
def boards(request: PageRequest) -> HttpResponse:
    context = {
        "title": _("Leaderboards"),
        "tabs": honour_tabs("boards"),
        "new_url": reverse("board-new"),
        "new_title": _("New leaderboard"),
    }
    context["table"] = Boards(queries.all_boards(), empty_text=_("No leaderboards yet"))
    return render(request, "membership/ranged.html", context)


@requires("membership.view")
def board(request: PageRequest, code: str) -> HttpResponse:
    """One leaderboard: a period and a group of it."""
    row = _board(code)
    definition, periods = msgspec.convert(row.definition, type=Board), queries.board_periods(row.pk)
    chosen = next((one for one in periods if str(one.start) == request.GET.get("period")), periods[0] if periods else None)
    groups = queries.board_groups(chosen.pk) if chosen else []
    names = {"store": store_names, "assistant": staff_names}.get(definition.among, dict)()
    group = request.GET.get("group", "")
    number = int(group) if group.isdigit() and int(group) in dict(groups) else (groups[0][0] if groups else 0)
    found = queries.standings_of(code, chosen.start, group=number, scope=request.viewer.scope) if chosen else None
    columns = MoneyPlaces if definition.measure == "spend" else Places
    context = {
        "title": row.name,
        "board_row": row,
        "measure": MEASURES[definition.measure],
        "period_name": PERIODS[definition.period],
        "among": GROUPS[definition.among],
        "periods": periods,
        "chosen": chosen,
        "groups": [(key, names.get(key, key), count) for key, count in groups] if definition.among in ("store", "assistant") else [],
        "group": number,
        "standings": found,
        "table": columns(found.places if found else [], empty_text=_("Nobody is ranked yet")),
    }
    return render(request, "membership/board.html", context)


@requires("membership.edit")
def new_board(request: PageRequest) -> HttpResponse:
    return _edited_board(request, NewBoardForm(request.POST or None), None)


@requires("membership.edit")
def edit_board(request: PageRequest, code: str) -> HttpResponse:
    row = _board(code)
    return _edited_board(request, BoardForm(request.POST or None, initial=row.definition | {"name": row.name}), code)


@requires("membership.edit")
def refresh(request: PageRequest, code: str) -> HttpResponse:
    _board(code)
    if request.method == "POST":
        refresh_board(request.viewer.actor, code, now=utc_now())
        messages.success(request, gettext("Counted anew."))
    return redirect("board", code=code)


@requires("membership.edit")
def end_board(request: PageRequest, code: str) -> HttpResponse:
    row = _board(code)
    return confirmed(
        request,
        title=row.name,
        question=gettext("Count this leaderboard no more? Its past periods stay."),
        button=_("Archive"),
        service=lambda: archive_board(request.viewer.actor, code, now=utc_now()),
        back=reverse("boards"),
        done=_("Archived."),
    )


def _edited_board(request: PageRequest, form: BoardForm, code: str | None) -> HttpResponse:
    def publish() -> None:
        publish_board(request.viewer.actor, code or form.cleaned_data["code"], from_day=this_day(), now=utc_now(), **form.told())

    if request.method == "POST" and applied(form, publish):
        return redirect("board", code=code or form.cleaned_data["code"])
    back = reverse("board", args=[code]) if code else reverse("boards")
    return with_facts(request, form, _("New leaderboard") if code is None else form.initial["name"], back)


def _board(code: str) -> BoardRow:
    row = queries.one_board(code)
    if row is None:
        raise Http404
    return row
