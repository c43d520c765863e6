"""Lists by upload: what there is, putting a file on one, and every line that was not taken."""

import codecs
from collections.abc import Iterator
from datetime import date
from io import TextIOWrapper
from typing import Any

import django_tables2 as tables
from django.forms import CharField, ChoiceField, FileField, TypedChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.encodings import START, told
from siyu.lib.refusal import Refusal
from siyu.lib.web.forms import Form, applied, confirmed
from siyu.lib.web.tables import InstantColumn, ListTable, NumberColumn
from siyu.members.rules import policy_of
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import settings_book

from .. import services
from ..models import List
from ..services import Uploaded
from ..services.lists import MEMBER
from .parts import tabs

MAX_BYTES = 50 * 1024**2
WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .xls begin
SHOWN = 1_000  # rejected lines on the page


class Lists(ListTable):
    name = tables.Column(_("List"))
    lines = NumberColumn(_("Lines taken"))
    created_by = tables.Column(_("Made by"))
    created_at = InstantColumn(_("Made"))
    step = tables.Column("", empty_values=())

    def __init__(self, rows: Any, may_edit: bool, **options: Any) -> None:
        super().__init__(rows, exclude=() if may_edit else ("step",), **options)

    def render_step(self, record: List) -> str:
        use = reverse("audience-new", query={"rule": f'{{"condition":"listed","list":{record.pk}}}', "name": record.name})
        archive = reverse("audience-list-archive", args=[record.pk])
        return format_html('<a href="{}">{}</a> · <a href="{}">{}</a>', use, _("Make an audience"), archive, _("Archive"))


class UploadForm(Form):
    list_id = TypedChoiceField(label=_("List"), coerce=int, empty_value=None, required=False)
    name = CharField(label=_("Name of a new list"), max_length=100, required=False)
    kind = ChoiceField(label=_("The first column holds"))
    file = FileField(label=_("File"), help_text=_("CSV or text, UTF-8, UTF-16 or GBK; only the first column of each line counts."))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        lists = [(one.pk, one.name) for one in List.objects.filter(archived_at=None).order_by("name")[:500]]
        self.fields["list_id"].choices = [("", _("a new list")), *lists]  # type: ignore[attr-defined]
        kinds = [(kind.name, gettext(kind.title)) for kind in policy_of(settings_book(), date.max).kinds.values() if kind.is_strong]
        self.fields["kind"].choices = [*kinds, (MEMBER, _("member number"))]  # type: ignore[attr-defined]
        self.fields["kind"].initial = "phone"


@requires("audiences.view")
def lists(request: PageRequest) -> HttpResponse:
    rows = list(List.objects.filter(archived_at=None).order_by("-pk")[:500])
    table = Lists(rows, request.viewer.may("audiences.edit"), empty_text=_("No list was uploaded"))
    context = {"title": _("Uploaded lists"), "tabs": tabs("audience-lists"), "table": table}
    return render(request, "audiences/lists.html", context)


@requires("audiences.edit")
def upload(request: PageRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    done: list[Uploaded] = []

    def put() -> None:
        told = form.cleaned_data
        lines = _lines(told["file"])
        try:
            done.append(services.upload(request.viewer.actor, told["name"], told["kind"], lines, now=utc_now(), list_id=told["list_id"]))
        except Refusal as refusal:
            if refusal.code != "list.empty":
                raise
            why = refusal.values["because"]
            raise Refusal(refusal.code, refusal.words, because=gettext(why)) from refusal

    if request.method == "POST" and applied(form, put):
        context = {
            "title": _("Uploaded lists"),
            "done": done[0],
            "rejected": [(one.line, one.text, gettext(one.because)) for one in done[0].rejected[:SHOWN]],
        }
        return render(request, "audiences/uploaded.html", context)
    return render(request, "web/form.html", {"title": _("Upload a list"), "form": form, "cancel_url": reverse("audience-lists")})


def _lines(file: Any) -> Iterator[str]:
    if file.size > MAX_BYTES:
        raise Refusal("list.too_long", "a file has at most %(limit)s MB", limit=MAX_BYTES // 1024**2)
    begin = file.read(START)
    if begin.startswith(WORKBOOK):
        raise Refusal("list.workbook", "this is a workbook: save the sheet as CSV and upload that")
    file.seek(0)
    return iter(TextIOWrapper(file, encoding=_encoding(begin), errors="replace"))


def _encoding(begin: bytes) -> str:
    """What the bytes tell; else what is no UTF-8 is GBK. A file that goes on may break off within a character."""
    if found := told(begin):
        return found
    try:
        codecs.getincrementaldecoder("utf-8")().decode(begin, final=len(begin) < START)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


@requires("audiences.edit")
def archive(request: PageRequest, pk: int) -> HttpResponse:
    found = List.objects.filter(pk=pk, archived_at=None).first()
    if found is None:
        raise Http404
    return confirmed(
        request,
        title=found.name,
        question=gettext("Archive the list “%(name)s”?") % {"name": found.name},
        button=_("Archive"),
        service=lambda: services.archive_list(request.viewer.actor, pk, now=utc_now()),
        back=reverse("audience-lists"),
        done=_("Archived."),
    )
