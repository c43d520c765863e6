"""Standing orders for assistants: the list with what they have brought, and the editor."""

from datetime import time
from typing import Annotated, Any

import django_tables2 as tables
import msgspec
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.wording import fact_words
from siyu.facts.filters.form import FILTER
from siyu.facts.words import fact_choices
from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form
from siyu.lib.web.rows import Row, RowsField
from siyu.lib.web.tables import ListTable, NumberColumn
from siyu.lib.web.terms import Book
from siyu.merchant.access import PageRequest, requires

from .. import queries
from ..rules.settings import TIME
from ..services import FactFilter, Step, archive_sop, publish_sop
from ..services.sops import MAX_DAY, MAX_EXITS, MAX_KEPT, MAX_STEPS
from .parts import answered, confirmed, tabs

NEW = {
    "starts": [{"fact": "friend.added"}],
    "steps": [{"day": day, "at": "10:00"} for day in (1, 3, 7)],
    "exits": [{"fact": "order.paid"}],
}


class Sops(ListTable):
    name = tables.Column(_("Name"), linkify=lambda record, table: table.editor(record.code))
    version = NumberColumn(_("Version"))
    starts_on = tables.Column(_("Begins with"), order_by="starts_on")
    begun = NumberColumn(_("Members begun"))
    waiting = NumberColumn(_("Steps to come"))
    wished = NumberColumn(_("Steps taken"))
    late = NumberColumn(_("Too late"))
    exited = NumberColumn(_("Steps ended"))

    def __init__(self, rows: Any, may_edit: bool, **options: Any) -> None:
        super().__init__(rows, **options)
        self.may_edit = may_edit

    def render_starts_on(self, record: queries.SopView) -> str:
        return fact_words(record.starts_on, record.starts_where)

    def editor(self, code: str) -> str | None:
        """Where a standing order is changed, for those who may."""
        return reverse("sop", args=[code]) if self.may_edit else None


class StepRow(msgspec.Struct):
    """A step of a standing order as it is filled in."""

    day: Annotated[int, Meta(ge=0, le=MAX_DAY)]
    at: Annotated[str, Meta(pattern=TIME)]
    template_code: Annotated[str, Meta(extra_json_schema={"input": "template"})]
    keep_days: Annotated[int, Meta(ge=1, le=MAX_KEPT)] = 1


STEPS = Book(
    labels={"day": _("Day after the fact"), "at": _("Open from"), "template_code": _("What to say"), "keep_days": _("Days it stays open")},
    offers={"template": lambda: [(one.code, one.name) for one in queries.templates() if one.medium == "task"]},
    redraws=("template_code",),
    widgets={"at": "time"},
)
FACTS = Book(labels={"fact": _("Fact")}, suggested=("fact",), specials={"filter": FILTER})


def _says(row: Row) -> str:
    """The words of a step's template, as the assistant will see them."""
    found = queries.template(row.get("template_code", ""))
    return next((parts["text"] for parts in found.variants.values() if parts.get("text")), "") if found else ""


class SopForm(Form):
    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=60)
    starts = RowsField(
        FactFilter, FACTS, most=1, least=1, label=_("Begins with the fact"), named=_("Begins with the fact"), add=_("Another fact"),
        help_text=_("Whoever such a fact is told of begins. Of an audience or a journey, a property says which one."),
    )  # fmt: skip
    steps = RowsField(
        StepRow, STEPS, most=MAX_STEPS, label=_("Steps by day"), named=_("Steps by day"), add=_("Another step"), hint=_says,
        help_text=_("A task for the member's own assistant, each on a day of its own. The words are those of a template for staff tasks."),
    )  # fmt: skip
    exits = RowsField(
        FactFilter, FACTS, most=MAX_EXITS, required=False, label=_("Ends with these facts"), named=_("Ends with these facts"),
        add=_("Another fact"), empty=_("Nothing ends it before its last step."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, is_new: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["code"].disabled = not is_new

    def clean_starts(self) -> FactFilter:
        return msgspec.convert(self.cleaned_data["starts"][0], FactFilter)

    def clean_exits(self) -> list[FactFilter]:
        return msgspec.convert(self.cleaned_data["exits"], list[FactFilter])

    def clean_steps(self) -> list[Step]:
        rows = self.cleaned_data["steps"]
        return [Step(row["day"], time.fromisoformat(row["at"]), row["template_code"], row.get("keep_days", 1)) for row in rows]


@requires("touches.view")
def sops(request: PageRequest) -> HttpResponse:
    table = Sops(queries.sops(), request.viewer.may("touches.edit"), empty_text=_("No standing order yet"))
    context = {"title": _("Standing orders"), "tabs": tabs("sops"), "table": table}
    return render(request, "touches/ranged.html", context | {"new_url": reverse("sop-new"), "new_title": _("New standing order")})


@requires("touches.edit")
def edit(request: PageRequest, code: str = "") -> HttpResponse:
    """Publish the next version; who has begun keeps the days of the old one."""
    form = SopForm(request.POST or None, initial=_initial(code) if code else NEW, is_new=not code)

    def publish() -> None:
        told = form.cleaned_data
        heard = told["starts"], told["exits"]
        publish_sop(request.viewer.actor, told["code"], told["name"], *heard, told["steps"], is_new=not code, now=utc_now())

    help_ = _("A version is never changed: this publishes the next one.")
    return answered(
        request,
        form,
        publish,
        title=form["name"].value() if code else _("New standing order"),
        help=help_ if code else "",
        button=_("Publish"),
        back=reverse("sops"),
        done=_("Published."),
        template="touches/sop_edit.html",
        more={"is_wide": True, "is_kept": True, "code": code, "facts": fact_choices()},
    )


def _initial(code: str) -> dict[str, Any]:
    found = queries.sop(code)
    if found is None:
        raise Http404
    one, steps = found
    rows = [{"day": step.day, "at": f"{step.at:%H:%M}", "template_code": step.template_code, "keep_days": step.keep_days} for step in steps]
    starts = [{"fact": one.starts_on, "where": one.starts_where}]
    return {"code": code, "name": one.name, "starts": starts, "exits": one.exits, "steps": rows}


@requires("touches.edit")
def archive(request: PageRequest, code: str) -> HttpResponse:
    question = _("Nobody begins it any more; who has begun goes on.")
    service = lambda: archive_sop(request.viewer.actor, code, now=utc_now())  # noqa: E731
    return confirmed(request, _("Archive the standing order"), question, _("Archive"), service, reverse("sops"), _("Archived."))
