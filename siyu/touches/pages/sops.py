"""Standing orders for assistants: the list with what they have brought, and the editor."""

from datetime import time
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form
from siyu.lib.web.tables import ListTable, NumberColumn
from siyu.merchant.access import PageRequest, requires

from .. import queries
from ..services import Step, archive_sop, publish_sop
from .parts import answered, confirmed, tabs

EXAMPLE = "1 10:00 hello 1\n3 10:00 story 1\n7 10:00 invitation 2"


class Sops(ListTable):
    name = tables.Column(_("Name"), linkify=lambda record, table: table.editor(record.code))
    version = NumberColumn(_("Version"))
    starts_on = tables.Column(_("Begins with"))
    begun = NumberColumn(_("Members begun"))
    waiting = NumberColumn(_("Steps to come"))
    wished = NumberColumn(_("Steps taken"))
    late = NumberColumn(_("Too late"))
    exited = NumberColumn(_("Steps ended"))

    def __init__(self, rows: Any, may_edit: bool, **options: Any) -> None:
        super().__init__(rows, **options)
        self.may_edit = may_edit

    def editor(self, code: str) -> str | None:
        """Where a standing order is changed, for those who may."""
        return reverse("sop", args=[code]) if self.may_edit else None


class SopForm(Form):
    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=60)
    starts_on = forms.CharField(label=_("Begins with the fact"), max_length=80, initial="friend.added")
    exits = forms.CharField(label=_("Ends with these facts"), required=False, initial="order.paid", help_text=_("Parted by blanks."))
    steps = forms.CharField(
        label=_("Steps by day"),
        initial=EXAMPLE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line: day after the fact, time, code of a staff task's template, days it stays open."),
    )

    def clean_steps(self) -> list[Step]:
        found = []
        for number, line in enumerate(self.cleaned_data["steps"].splitlines(), start=1):
            if not line.strip():
                continue
            try:
                day, at, code, *keep = line.split()
                found.append(Step(int(day), time.fromisoformat(at), code, int(keep[0]) if keep else 1))
            except ValueError as error:
                raise forms.ValidationError(gettext("Line %(number)s cannot be read"), params={"number": number}) from error
        return found


@requires("touches.view")
def sops(request: PageRequest) -> HttpResponse:
    table = Sops(queries.sops(), request.viewer.may("touches.edit"), empty_text=_("No standing order yet"))
    context = {"title": _("Standing orders"), "tabs": tabs("sops"), "table": table}
    return render(request, "touches/ranged.html", context | {"new_url": reverse("sop-new"), "new_title": _("New standing order")})


@requires("touches.edit")
def edit(request: PageRequest, code: str = "") -> HttpResponse:
    """Publish the next version; who has begun keeps the days of the old one."""
    initial: dict[str, Any] = {}
    if code:
        found = queries.sop(code)
        if found is None:
            raise Http404
        one, steps = found
        lines = "\n".join(f"{step.day} {step.at:%H:%M} {step.template_code} {step.keep_days}" for step in steps)
        initial = {"code": code, "name": one.name, "starts_on": one.starts_on, "exits": " ".join(one.exits), "steps": lines}
    form = SopForm(request.POST or None, initial=initial)

    def publish() -> None:
        told = form.cleaned_data
        publish_sop(
            request.viewer.actor,
            code or told["code"],
            told["name"],
            told["starts_on"],
            told["exits"].split(),
            told["steps"],
            is_new=not code,
            now=utc_now(),
        )

    help_ = _("A version is never changed: this publishes the next one.")
    return answered(
        request, form, publish, title=_("Standing order"), help=help_, button=_("Publish"), back=reverse("sops"), done=_("Published.")
    )


@requires("touches.edit")
def archive(request: PageRequest, code: str) -> HttpResponse:
    question = _("Nobody begins it any more; who has begun goes on.")
    service = lambda: archive_sop(request.viewer.actor, code, now=utc_now())  # noqa: E731
    return confirmed(request, _("Archive the standing order"), question, _("Archive"), service, reverse("sops"), _("Archived."))
