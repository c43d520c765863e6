"""The outbox: every touch that was wanted, with the reason of every refusal; what nobody knows of, a person decides."""

from typing import Any
from uuid import UUID

import django_tables2 as tables
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import FilterForm, Form
from siyu.lib.web.keyset import paged
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable
from siyu.merchant.access import PageRequest, requires

from .. import queries
from ..models import Touch
from ..rules.tasks import KINDS
from ..services import decide_unknown
from .parts import MEDIA, STATUSES, WHYS, answered, detail_words, tabs, why_words


class Touches(ListTable):
    nickname = tables.Column(_("Member"), linkify=("member", {"public_id": tables.A("public_id")}), empty_values=())
    template = tables.Column(_("Template"))
    medium = tables.Column(_("Medium"))
    source = tables.Column(_("Wanted by"))
    status = BadgeColumn(STATUSES, _("State"))
    why = tables.Column(_("Why not sent"), empty_values=())
    wanted_at = InstantColumn(_("Wanted"))
    sent_at = InstantColumn(_("Sent"))
    delivered_at = InstantColumn(_("Delivered"))

    def render_nickname(self, record: queries.TouchView) -> str:
        return record.nickname or record.public_id

    def render_medium(self, value: str) -> str:
        return str(MEDIA.get(value, value))

    def render_source(self, value: str) -> str:
        kind, _colon, code = value.partition(":")
        if kind == "send" and code.isdigit():
            return format_html('<a href="{}">{} {}</a>', reverse("send", args=[code]), gettext("One-off send"), code)
        if kind == "sop":
            return format_html('<a href="{}">{} {}</a>', reverse("sop", args=[code]), gettext(KINDS[kind]), code)
        return f"{gettext(KINDS[kind])} {code}" if kind in KINDS and code else value

    def render_why(self, record: queries.TouchView) -> str:
        said = why_words(record.why)
        detail = detail_words(record.detail) if record.detail else ""
        if record.status == "unknown":
            return format_html('{} <a href="{}">{}</a>', said, reverse("outbox-decide", args=[record.id]), _("Say what happened"))
        return gettext("%(why)s (%(detail)s)") % {"why": said, "detail": detail} if detail else said


class TouchFilters(FilterForm):
    status = forms.ChoiceField(label=_("State"), required=False)
    why = forms.ChoiceField(label=_("Why not sent"), required=False)
    medium = forms.ChoiceField(label=_("Medium"), required=False)
    source = forms.CharField(label=_("Wanted by"), max_length=100, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["status"].choices = [("", _("All")), *((key, words) for key, (words, _c) in STATUSES.items())]  # type: ignore[attr-defined]
        self.fields["why"].choices = [("", _("All")), *WHYS.items()]  # type: ignore[attr-defined]
        self.fields["medium"].choices = [("", _("All")), *MEDIA.items()]  # type: ignore[attr-defined]


class DecideForm(Form):
    decision = forms.ChoiceField(
        label=_("What really happened"), choices=[("sent", _("It was sent")), ("again", _("It was not: send it again"))]
    )
    because = forms.CharField(label=_("How you know"), max_length=300)


@requires("touches.view")
def outbox(request: PageRequest) -> HttpResponse:
    filters = TouchFilters(request.GET or None)
    scope, chosen = request.viewer.scope, filters.chosen
    page = paged(request, lambda at: queries.touches(scope, at, **chosen), key=lambda one: (one.wanted_at, one.id), order="outbox")
    table = Touches(page.rows, empty_text=_("Nothing was wanted"))
    context = {"title": _("Outbox"), "tabs": tabs("outbox"), "filters": filters, "table": table, "page": page}
    return render(request, "touches/ranged.html", context)


@requires("touches.edit")
def decide(request: PageRequest, touch: UUID) -> HttpResponse:
    """A touch of which nobody knows whether it was sent: a person says so, once."""
    if not Touch.objects.filter(pk=touch, status="unknown").exists():
        raise Http404
    form = DecideForm(request.POST or None)

    def decided() -> None:
        told = form.cleaned_data
        decide_unknown(request.viewer.actor, touch, told["decision"] == "sent", told["because"], now=utc_now())

    help_ = _("Sending it again makes a new touch, which the gate is asked about anew.")
    return answered(request, form, decided, title=_("Unknown touch"), help=help_, back=reverse("outbox"), done=_("Decided."))
