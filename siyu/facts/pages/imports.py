"""Imports: what was brought in, which lines were rejected and why, and bringing in a file."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import BooleanField, CharField, ChoiceField, FileField
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.csv import LIMIT, csv_response
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.keyset import decode, encode
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import shops
from siyu.merchant.services import audit

from ..imports import jobs, queries, uploads
from ..imports.kinds import KINDS, PRESETS
from ..imports.options import Options
from ..imports.queries import ImportView, RejectView
from ..imports.uploads import Upload

PAGE = 50
REJECTS = 100
NAMES = {
    "orders": _("Orders"),
    "members": _("Members"),
    "products": _("Products"),
    "facts": _("Facts"),
    "moving_in": _("Moving in: points, tiers and badges of another system"),
}
STATES = {"running": (_("Running"), "blue"), "done": (_("Done"), "green"), "failed": (_("Failed"), "red")}
STAGES = {"": _("Waiting for the worker"), "look": _("Looking through the file"), "read": _("Reading rows")}
ENCODINGS = (
    ("", _("Find out")),
    ("utf-8", "UTF-8"),
    ("gb18030", "GBK / GB18030"),
    ("big5", "Big5"),
    ("utf-16", "UTF-16"),
    ("cp1252", "Windows-1252"),
)
DAY_ORDERS = (("", _("As written, year first")), ("dmy", _("Day/month/year")), ("mdy", _("Month/day/year")))


class UploadForm(Form):
    file = FileField(label=_("File"), help_text=_("CSV (UTF-8, GBK), Excel or Parquet, at most 200 MB; larger ones by `siyu import`"))
    kind = ChoiceField(label=_("What it holds"), choices=list(NAMES.items()))


class OptionsForm(Form):
    """How the file is read; which column is which field stands beside the preview."""

    kind = ChoiceField(label=_("What it holds"), choices=list(NAMES.items()))
    preset = ChoiceField(label=_("Known layout"), required=False)
    shop = ChoiceField(label=_("Shop"), required=False)
    encoding = ChoiceField(label=_("Encoding"), choices=ENCODINGS, required=False)
    day_order = ChoiceField(label=_("How 3/4/2024 is meant"), choices=DAY_ORDERS, required=False)
    zone = CharField(label=_("Time zone"), max_length=60, required=False, help_text=_("Of times that name none; empty: the merchant's"))
    sheet = CharField(label=_("Sheet"), max_length=60, required=False, help_text=_("Of an Excel file; empty: the first"))
    source = CharField(label=_("Source"), max_length=60, required=False, help_text=_("The name its figures are kept under"))
    earns = BooleanField(
        label=_("These orders earn points and growth"), required=False, help_text=_("History earns nothing unless you say so")
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["preset"].choices = [("", _("None")), *((name, name) for name in PRESETS)]  # type: ignore[attr-defined]
        self.fields["shop"].choices = [("", _("As the file says")), *((shop.code, shop.name) for shop in shops())]  # type: ignore[attr-defined]


@requires("imports.run")
def listing(request: PageRequest) -> HttpResponse:
    """Imports, newest first, and uploads that wait."""
    cursor = request.GET.get("cursor", "")
    key = decode("imports", cursor).key if cursor else None
    found = queries.imports(before=key[0] if key else 0, limit=PAGE + 1)
    older = encode("imports", (found[PAGE - 1].id,)) if len(found) > PAGE else ""
    rows = [(one, NAMES.get(one.kind, one.kind), *STATES.get(one.status, (one.status, "secondary"))) for one in found[:PAGE]]
    context = {"title": _("Imports"), "imports": rows, "older": older, "is_older": bool(cursor), "uploads": uploads.waiting()}
    return render(request, "facts/imports.html", context)


@requires("imports.run")
def detail(request: PageRequest, pk: int) -> HttpResponse:
    """One import: every row accounted for, and the rejected lines with their reasons."""
    found = _import(pk)
    code, cursor = request.GET.get("code", "")[:100], request.GET.get("cursor", "")
    key: Any = decode("rejects", cursor).key if cursor else None
    rejects = queries.rejects(pk, after=key or (-1, ""), code=code, limit=REJECTS + 1)
    more = encode("rejects", (rejects[REJECTS - 1].row, rejects[REJECTS - 1].code)) if len(rejects) > REJECTS else ""
    context = {
        "title": found.file_name,
        "found": found,
        "kind": NAMES.get(found.kind, found.kind),
        "state": STATES.get(found.status, (found.status, "secondary")),
        "reasons": queries.reasons(pk),
        "code": code,
        "rejects": rejects[:REJECTS],
        "more": more,
        "has_earlier": bool(cursor),
    }
    return render(request, "facts/import.html", context)


@requires("imports.run")
def rejects_file(request: PageRequest, pk: int) -> HttpResponseBase:
    """The rejected lines as CSV; the lines themselves only for who may see personal values, which the audit remembers."""
    found, unmask = _import(pk), request.viewer.may("members.unmask")
    audit(request.viewer.actor, "import.rejects_exported", f"import:{found.id}", {"unmasked": unmask})
    header = ("row", "code", "because", *(("line",) if unmask else ()))
    return csv_response(request, f"rejected-{found.id}", header, _reject_rows(pk, unmask))


def _reject_rows(pk: int, unmask: bool) -> Iterator[tuple[Any, ...]]:
    after: tuple[int, str] = (-1, "")
    for _round in range(LIMIT // queries.MAX_PAGE + 1):
        found: list[RejectView] = queries.rejects(pk, after=after, limit=queries.MAX_PAGE, unmask=unmask)
        for one in found:
            yield (one.row, one.code, one.because, *((one.line,) if unmask else ()))
        if len(found) < queries.MAX_PAGE:
            return
        after = (found[-1].row, found[-1].code)


@requires("imports.run")
def new(request: PageRequest) -> HttpResponse:
    """Upload a file; nothing is brought in yet."""
    form = UploadForm(request.POST or None, request.FILES or None)
    kept: list[Upload] = []

    def keep() -> None:
        file: UploadedFile = form.cleaned_data["file"]
        options = Options(form.cleaned_data["kind"])
        kept.append(uploads.keep(file.name or "", file.chunks(), request.viewer.actor, options, utc_now()))

    if request.method == "POST" and applied(form, keep):
        return redirect("upload", key=kept[0].key)
    context = {"title": _("Bring in a file"), "form": form, "submit": _("Upload and look"), "cancel_url": reverse("imports")}
    return render(request, "web/form.html", context)


@requires("imports.run")
@never_cache
def upload(request: PageRequest, key: str) -> HttpResponse:
    """How an upload will be read, what came of a dry run, and the button that starts it."""
    found = _upload(key)
    form = OptionsForm(request.POST or None, initial=_initial(found.options))
    if request.method == "POST" and applied(form, lambda: _take(request, found, form)):
        return redirect("upload", key=key)
    shown = None if found.is_under_way or not found.has_file else uploads.preview(found)
    fields = [(field.name, field.help) for field in found.options.kind_of_file().fields]
    context = {
        "title": found.file_name,
        "upload": found,
        "stage": STAGES.get(found.stage, found.stage),
        "form": form,
        "preview": shown,
        "columns": [(place, column, shown.fields.get(column, "")) for place, column in enumerate(shown.columns)] if shown else [],
        "fields": fields,
    }
    return render(request, "facts/upload.html", context)


@requires("imports.run")
@never_cache
def progress(request: PageRequest, key: str) -> HttpResponse:
    """How far the worker is: a fragment that asks again until it is through."""
    found = _upload(key)
    response = render(request, "facts/progress.html", {"upload": found, "stage": STAGES.get(found.stage, found.stage)})
    if not found.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@requires("imports.run")
@require_POST
def remove(request: PageRequest, key: str) -> HttpResponse:
    """Forget an upload."""
    try:
        uploads.remove(_upload(key))
        messages.success(request, gettext("The upload was removed."))
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    return redirect("imports")


def _take(request: PageRequest, found: Upload, form: OptionsForm) -> None:
    """Remember the options; then look, try or start, as the button says."""
    chosen = dict(form.cleaned_data)
    is_same = chosen["kind"] == found.options.kind and chosen["preset"] == found.options.preset
    # the columns on screen belong to the kind on screen: another kind starts from its own guess
    uploads.choose(found, Options(**chosen, mapping=_mapping(request, found) if is_same else {}))
    verb = request.POST.get("verb", "look")
    if verb in ("try", "start"):
        jobs.begin(found, is_dry=verb == "try")


def _mapping(request: PageRequest, found: Upload) -> dict[str, str]:
    """Field → column as chosen beside the preview; a field that was guessed and is not chosen any more is switched off."""
    columns = uploads.preview(found).columns
    chosen: dict[str, str] = {}
    for place, column in enumerate(columns):
        field = request.POST.get(f"column-{place}", "")
        if field in chosen:
            raise Refusal("mapping.twice", "two columns cannot both be %(field)s", field=field)
        if field:
            chosen[field] = column
    if not any(f"column-{place}" in request.POST for place in range(len(columns))):
        return dict(found.options.mapping)
    return {field.name: "" for field in found.options.kind_of_file().fields} | chosen


def _initial(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in OptionsForm.base_fields}


def _import(pk: int) -> ImportView:
    found = queries.import_of(pk) if pk < 2**62 else None
    if found is None:
        raise Http404
    return found


def _upload(key: str) -> Upload:
    found = uploads.find(key)
    if found is None or found.options.kind not in KINDS:
        raise Http404
    return found
