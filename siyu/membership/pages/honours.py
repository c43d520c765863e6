"""Honours: badges and who has them, leaderboards and their ranks, rituals."""

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
from siyu.lib.refusal import Refusal
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.tables import InstantColumn, ListTable, MoneyColumn, NumberColumn
from siyu.members.queries import find, member
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import staff_names, store_names

from ..models import Badge as BadgeRow
from ..models import Board as BoardRow
from ..queries import honours as queries
from ..rules.leaderboards import Board
from ..services.honours import (
    archive_badge,
    archive_board,
    award_badge,
    publish_badge,
    publish_board,
    refresh_board,
    revoke_badge,
    set_ritual,
)
from ..services.honours.rituals import OCCASIONS
from .deeds import BADGE_MEASURES, GROUPS, MEASURES, PERIODS, answered, confirmed, honour_tabs, this_day
from .fields import FilterField, PrizesField, RewardsField, StepsField
from .tasks import fact_choices

OCCASION_NAMES = {"joined": _("Anniversary of joining"), "first_order": _("Anniversary of the first order"), "tier_up": _("A higher tier")}
COLOURS = [(name, name) for name in ("yellow", "orange", "red", "pink", "purple", "blue", "cyan", "teal", "green", "secondary")]


class BadgeForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    description = forms.CharField(label=_("Description"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    icon = forms.CharField(
        label=_("Icon"), max_length=40, initial="award", help_text=_("A Tabler icon: award, crown, star, flame, heart …")
    )
    colour = forms.ChoiceField(label=_("Colour"), choices=COLOURS)
    measure = forms.ChoiceField(label=_("Measure"), choices=list(BADGE_MEASURES.items()))
    trigger = forms.CharField(
        label=_("Fact that counts"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"list": "facts"}),
        help_text=_("Only for a measure of facts."),
    )
    where = FilterField(label=_("Only if"))
    levels = StepsField(
        "threshold",
        label=_("Levels"),
        help_text=_("A line for each level: from how much on, its name, what it gives: “10 Silver: points 50”."),
    )
    is_revocable = forms.BooleanField(label=_("Taken back when the measure falls"), required=False)
    sort = forms.IntegerField(label=_("Place in the list"), initial=0, required=False)

    def told(self) -> dict[str, Any]:
        """What the service takes, but for the code."""
        given = dict(self.cleaned_data)
        given.pop("code", None)
        outer = {key: given.pop(key) for key in ("name", "description", "icon", "colour")}
        return outer | {"sort": given.pop("sort") or 0, "definition": given}


class NewBadgeForm(BadgeForm):
    field_order = ("code",)
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and underscores; it does not change."))


class AwardForm(Form):
    member = forms.CharField(
        label=_("Member"), max_length=100, help_text=_("Member number, phone, or start of the nickname; it must mean one.")
    )
    level = forms.IntegerField(label=_("Level"), min_value=1, max_value=10, initial=1)
    because = forms.CharField(label=_("Reason"), max_length=500)


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


class RitualForm(Form):
    title = forms.CharField(label=_("Title"), max_length=60, help_text=_("%(years)s and %(tier)s stand for what it is about."))
    words = forms.CharField(label=_("Words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    rewards = RewardsField(label=_("Gives"), required=False)
    days = forms.IntegerField(label=_("Shown for days"), min_value=1, max_value=60, initial=7)
    is_on = forms.BooleanField(label=_("On"), required=False, initial=True)


class Badges(ListTable):
    name = tables.Column(_("Badge"), linkify=("badge", {"code": tables.A("code")}))
    measure = tables.Column(_("Measure"), empty_values=())
    levels = tables.Column(_("Levels"), empty_values=())
    members = NumberColumn(_("Members"), empty_values=())

    def __init__(self, rows: Any, figures: dict[int, dict[int, int]], **options: Any) -> None:
        self.figures = figures
        super().__init__(rows, **options)

    def render_name(self, value: str, record: BadgeRow) -> str:
        return format_html(
            '<span class="badge bg-{}-lt"><i class="ti ti-{}" aria-hidden="true"></i> {}</span>', record.colour, record.icon, value
        )

    def render_measure(self, record: BadgeRow) -> str:
        return str(BADGE_MEASURES[record.definition["measure"]])

    def render_levels(self, record: BadgeRow) -> str:
        own = self.figures.get(record.pk, {})
        named = ((level.get("name") or str(number), own.get(number, 0)) for number, level in enumerate(record.definition["levels"], 1))
        return " · ".join(f"{name} {count:,}" for name, count in named)

    def render_members(self, record: BadgeRow) -> str:
        return f"{self.figures.get(record.pk, {}).get(1, 0):,}"


class Awards(ListTable):
    nickname = tables.Column(_("Member"), linkify=("member", {"public_id": tables.A("public_id")}), empty_values=())
    level = NumberColumn(_("Level"))
    awarded_at = InstantColumn(_("Awarded"))
    by = tables.Column(_("By"))
    because = tables.Column(_("Reason"))
    revoked_at = InstantColumn(_("Taken back"))

    def render_nickname(self, record: queries.AwardView) -> str:
        return record.nickname or record.public_id


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
def badges(request: PageRequest) -> HttpResponse:
    figures = queries.badge_figures(request.viewer.scope)
    context = {"title": _("Badges"), "tabs": honour_tabs("badges"), "new_url": reverse("badge-new"), "new_title": _("New badge")}
    context["table"] = Badges(queries.all_badges(), figures, empty_text=_("No badges yet: make one by rule, or to be given by hand"))
    return render(request, "membership/ranged.html", context)


@requires("membership.view")
def badge(request: PageRequest, code: str) -> HttpResponse:
    row = _badge(code)
    context = {
        "title": row.name,
        "badge_row": row,
        "measure": BADGE_MEASURES[row.definition["measure"]],
        "figures": queries.badge_figures(request.viewer.scope).get(row.pk, {}),
        "table": Awards(queries.latest_awards(row.pk, request.viewer.scope), empty_text=_("Nobody has it yet")),
    }
    return render(request, "membership/badge.html", context)


@requires("membership.edit")
def new_badge(request: PageRequest) -> HttpResponse:
    return _edited_badge(request, NewBadgeForm(request.POST or None), None)


@requires("membership.edit")
def edit_badge(request: PageRequest, code: str) -> HttpResponse:
    row = _badge(code)
    own = {"name": row.name, "description": row.description, "icon": row.icon, "colour": row.colour, "sort": row.sort}
    return _edited_badge(request, BadgeForm(request.POST or None, initial=row.definition | own), code)


@requires("membership.edit")
def award(request: PageRequest, code: str) -> HttpResponse:
    """Give a badge by hand, or take it back (`?back=1`)."""
    row, form, takes = _badge(code), AwardForm(request.POST or None), "back" in request.GET

    def do() -> None:
        told = form.cleaned_data
        number = _one_member(request, told["member"])
        if takes:
            revoke_badge(request.viewer.actor, number, code, told["level"], told["because"], now=utc_now())
        else:
            award_badge(request.viewer.actor, [number], code, told["level"], told["because"], now=utc_now())

    button = _("Take back") if takes else _("Award")
    return answered(request, form, do, title=row.name, back=reverse("badge", args=[code]), done=_("Done."), button=button)


@requires("membership.edit")
def end_badge(request: PageRequest, code: str) -> HttpResponse:
    row = _badge(code)
    return confirmed(
        request,
        title=row.name,
        question=gettext("Award this badge no more? Who has it keeps it."),
        button=_("Archive"),
        service=lambda: archive_badge(request.viewer.actor, code, now=utc_now()),
        back=reverse("badges"),
        done=_("Archived."),
    )


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


@requires("membership.view")
def rituals(request: PageRequest) -> HttpResponse:
    known = queries.rituals()
    rows = [(occasion, OCCASION_NAMES[occasion], known.get(occasion)) for occasion in OCCASIONS]
    return render(request, "membership/rituals.html", {"title": _("Rituals"), "tabs": honour_tabs("rituals"), "rows": rows})


@requires("membership.edit")
def edit_ritual(request: PageRequest, occasion: str) -> HttpResponse:
    if occasion not in OCCASIONS:
        raise Http404
    row = queries.rituals().get(occasion)
    names = ("title", "words", "rewards", "days", "is_on")
    form = RitualForm(request.POST or None, initial={name: getattr(row, name) for name in names} if row else None)

    def do() -> None:
        told = form.cleaned_data
        set_ritual(
            request.viewer.actor,
            occasion,
            told["title"],
            told["words"],
            told["rewards"],
            days=told["days"],
            is_on=told["is_on"],
            now=utc_now(),
        )

    return answered(request, form, do, title=OCCASION_NAMES[occasion], back=reverse("rituals"), done=_("Saved."))


def _edited_badge(request: PageRequest, form: BadgeForm, code: str | None) -> HttpResponse:
    def publish() -> None:
        publish_badge(request.viewer.actor, code or form.cleaned_data["code"], now=utc_now(), **form.told())

    if request.method == "POST" and applied(form, publish):
        return redirect("badge", code=code or form.cleaned_data["code"])
    back = reverse("badge", args=[code]) if code else reverse("badges")
    return _with_facts(request, form, _("New badge") if code is None else form.initial["name"], back)


def _edited_board(request: PageRequest, form: BoardForm, code: str | None) -> HttpResponse:
    def publish() -> None:
        publish_board(request.viewer.actor, code or form.cleaned_data["code"], from_day=this_day(), now=utc_now(), **form.told())

    if request.method == "POST" and applied(form, publish):
        return redirect("board", code=code or form.cleaned_data["code"])
    back = reverse("board", args=[code]) if code else reverse("boards")
    return _with_facts(request, form, _("New leaderboard") if code is None else form.initial["name"], back)


def _with_facts(request: PageRequest, form: Form, title: Any, back: str) -> HttpResponse:
    return render(request, "membership/facts_form.html", {"title": title, "form": form, "cancel_url": back, "facts": fact_choices()})


def _one_member(request: PageRequest, text: str) -> int:
    """The one member within the viewer's scope that a text means. Refusal: `member.which`."""
    found = [number for number in find(text) if member(number, request.viewer.scope) is not None]
    if len(found) != 1:
        raise Refusal("member.which", "“%(text)s” means %(count)s members: be exact", text=text, count=len(found))
    return found[0]


def _badge(code: str) -> BadgeRow:
    row = queries.one_badge(code)
    if row is None:
        raise Http404
    return row


def _board(code: str) -> BoardRow:
    row = queries.one_board(code)
    if row is None:
        raise Http404
    return row
