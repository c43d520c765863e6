"""Badges: who has them, making and changing one, giving one by hand."""

from typing import Any

import django_tables2 as tables
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
from siyu.lib.web.tables import InstantColumn, ListTable, NumberColumn
from siyu.members.queries import find, member
from siyu.merchant.access import PageRequest, requires

from ...jobs import begin_judging
from ...models import Badge as BadgeRow
from ...queries import honours as queries
from ...services.honours import (
    archive_badge,
    award_badge,
    publish_badge,
    revoke_badge,
)
from ..deeds import BADGE_MEASURES, answered, confirmed, honour_tabs
from ..fields import FilterField, StepsField
from .parts import with_facts

COLOURS = [(name, name) for name in ("yellow", "orange", "red", "pink", "purple", "blue", "cyan", "teal", "green", "secondary")]


class BadgeForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    description = forms.CharField(label=_("Explanation"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
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


class Badges(ListTable):
    name = tables.Column(_("Badge"), linkify=("badge", {"code": tables.A("code")}))
    measure = tables.Column(_("Measure"), empty_values=())
    levels = tables.Column(_("Levels"), empty_values=())
    members = NumberColumn(_("Members who have it"), empty_values=())

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
def judge(request: PageRequest, code: str) -> HttpResponse:
    """Let the worker measure everybody by the badge, who earned it before it was made too."""
    _badge(code)
    if request.method == "POST":
        begin_judging(code)
        messages.success(request, gettext("Everybody is measured now; it may take a while."))
    return redirect("badge", code=code)


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


def _edited_badge(request: PageRequest, form: BadgeForm, code: str | None) -> HttpResponse:
    def publish() -> None:
        publish_badge(request.viewer.actor, code or form.cleaned_data["code"], now=utc_now(), **form.told())

    if request.method == "POST" and applied(form, publish):
        return redirect("badge", code=code or form.cleaned_data["code"])
    back = reverse("badge", args=[code]) if code else reverse("badges")
    return with_facts(request, form, _("New badge") if code is None else form.initial["name"], back)


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
