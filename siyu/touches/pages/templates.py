"""Templates: the list, the editor with its variables, and a preview with a member's own values."""

from typing import Any
from uuid import UUID

import django_tables2 as tables
import msgspec
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.files import file_response
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.rows import RowsField
from siyu.lib.web.tables import ListTable, NumberColumn
from siyu.lib.web.terms import Book
from siyu.members import queries as members
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.rules import Scope
from siyu.merchant.services import audit

from .. import queries, words
from ..rules.files import KINDS, MAX_ALL, MAX_FILE, MAX_FILES, Upload
from ..rules.media import MEDIA as KNOWN
from ..rules.sending import Message, Outcome
from ..rules.wording import sms_length, sms_parts
from ..services import archive_template, publish_template, try_template
from ..services.templates import MAX_PROVIDER_VALUES
from ..variables import known
from .parts import MEDIA, PURPOSES, answered, confirmed, tabs, told_of

_LONG = forms.Textarea(attrs={"rows": 6})


class Templates(ListTable):
    name = tables.Column(_("Name"), linkify=lambda record, table: table.editor(record.code))
    code = tables.Column(_("Code"))
    medium = tables.Column(_("Medium"))
    purpose = tables.Column(_("Purpose"))
    version = NumberColumn(_("Version"))
    step = tables.Column("", empty_values=(), linkify=("touch-template-preview", {"code": tables.A("code")}))

    def __init__(self, rows: Any, may_edit: bool, **options: Any) -> None:
        super().__init__(rows, **options)
        self.may_edit = may_edit

    def editor(self, code: str) -> str | None:
        """Where a template is changed, for those who may."""
        return reverse("touch-template", args=[code]) if self.may_edit else None

    def render_medium(self, value: str) -> str:
        return str(MEDIA.get(value, value))

    def render_purpose(self, value: str) -> str:
        return str(PURPOSES.get(value, value))

    def render_step(self) -> str:
        return gettext("Preview")


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class Uploads(forms.FileField):
    """Several files, each read no further than it may be long."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MAX_FILES:
            raise forms.ValidationError(gettext("At most %(count)s files") % {"count": MAX_FILES})
        return [Upload(one.name, one.read(MAX_FILE + 1)) for one in given]


class ParameterRow(msgspec.Struct):
    """A parameter of the provider's template, and what stands for it."""

    name: str
    value: str


PARAMETERS = Book(labels={"name": _("Parameter"), "value": _("Value")})


class TemplateForm(Form):
    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=60)
    medium = forms.ChoiceField(label=_("Medium"), choices=list(MEDIA.items()))
    purpose = forms.ChoiceField(label=_("Purpose"), choices=list(PURPOSES.items()))
    zh_subject = forms.CharField(label=_("Subject, Chinese"), required=False)
    zh_text = forms.CharField(label=_("Text, Chinese"), required=False, widget=_LONG)
    zh_html = forms.CharField(label=_("HTML, Chinese"), required=False, widget=_LONG)
    en_subject = forms.CharField(label=_("Subject, English"), required=False)
    en_text = forms.CharField(label=_("Text, English"), required=False, widget=_LONG)
    en_html = forms.CharField(label=_("HTML, English"), required=False, widget=_LONG)
    provider_template = forms.CharField(label=_("The provider's template"), required=False, max_length=100)
    provider_values = RowsField(
        ParameterRow,
        PARAMETERS,
        most=MAX_PROVIDER_VALUES,
        required=False,
        label=_("The provider's parameters"),
        named=_("The provider's parameters"),
        add=_("Another parameter"),
        help_text=_("In the order in which the provider's template names them. A value is a text or a {{ variable }}."),
    )
    counts_links = forms.BooleanField(label=_("Count opened mails and clicks on links"), required=False, initial=True)
    kept = forms.MultipleChoiceField(label=_("Files that go along"), required=False, widget=forms.CheckboxSelectMultiple)
    uploads = Uploads(label=_("More files"), required=False)

    def __init__(self, *arguments: Any, along: list[queries.FileView], is_new: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["kept"].choices = [(str(file.id), file.name) for file in along]  # type: ignore[attr-defined]
        self.fields["code"].disabled = not is_new
        if not along:
            del self.fields["kept"]
        limits = {"count": MAX_FILES, "each": MAX_FILE >> 20, "all": MAX_ALL >> 20, "kinds": ", ".join(KINDS)}
        words = gettext(
            "With e-mail, inbox messages and staff tasks: at most %(count)s files of %(each)s MB, %(all)s MB together; %(kinds)s"
        )
        self.fields["uploads"].help_text = words % limits

    def variants(self) -> dict[str, dict[str, str]]:
        """What is written, by language."""
        told = self.cleaned_data
        written = {
            language: {part: told[f"{prefix}_{part}"] for part in ("subject", "text", "html") if told[f"{prefix}_{part}"]}
            for prefix, language in (("zh", "zh-hans"), ("en", "en"))
        }
        return {language: parts for language, parts in written.items() if parts}

    def parameters(self) -> list[tuple[str, str]]:
        return [(row["name"], row["value"]) for row in self.cleaned_data["provider_values"]]


class PreviewForm(Form):
    member = forms.CharField(label=_("Member"), max_length=200, help_text=_("Public number, phone or e-mail"))

    def found(self, scope: Scope) -> int | None:
        """The member that is meant, of the viewer's scope; without one the form says so."""
        number = next((one for one in members.find(self.cleaned_data["member"])[:1] if members.member(one, scope) is not None), None)
        if number is None:
            self.add_error("member", gettext("There is no such member"))
        return number


class TestForm(PreviewForm):
    """With whose values, and where to; an address only where the medium has addresses of people."""

    goes_to = forms.ChoiceField(label=_("Send it to"), choices=[("entered", _("The address below")), ("member", _("This member"))])
    to = forms.CharField(label=_("Address"), max_length=254, required=False, help_text=_("Your own, or a colleague's"))

    def __init__(self, medium: str, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if not KNOWN[medium].handle:
            del self.fields["goes_to"], self.fields["to"]

    @property
    def address(self) -> str | None:
        """The entered one; None where the test goes to the member."""
        told = self.cleaned_data
        return told["to"] if told.get("goes_to") == "entered" else None


@requires("touches.view")
def templates(request: PageRequest) -> HttpResponse:
    table = Templates(queries.templates(), request.viewer.may("touches.edit"), empty_text=_("No template yet"))
    context = {"title": _("Templates"), "tabs": tabs("touch-templates"), "table": table}
    return render(request, "touches/ranged.html", context | {"new_url": reverse("touch-template-new"), "new_title": _("New template")})


@requires("touches.edit")
def edit(request: PageRequest, code: str = "") -> HttpResponse:
    """Publish the next version of a template; what was sent keeps its own."""
    along = queries.files(_found(code).files) if code else []
    form = TemplateForm(request.POST or None, request.FILES or None, initial=_initial(code) if code else None, along=along, is_new=not code)

    def publish() -> None:
        told = form.cleaned_data
        publish_template(
            request.viewer.actor,
            told["code"],
            told["name"],
            told["medium"],
            told["purpose"],
            form.variants(),
            provider_template=told["provider_template"],
            provider_values=form.parameters(),
            counts_links=told["counts_links"],
            files=[int(number) for number in told.get("kept", ())],
            uploads=told["uploads"],
            is_new=not code,
            now=utc_now(),
        )

    back = reverse("touch-templates")
    more: dict[str, Any] = {"is_tried": bool(code) and _is_tried(_found(code).medium)}
    more |= {"is_kept": True, "code": code, "variables": [(name, gettext(words)) for name, words in known().items()]}
    return answered(
        request,
        form,
        publish,
        title=form["name"].value() if code else _("New template"),
        button=_("Publish"),
        back=back,
        done=_("Published."),
        template="touches/template_edit.html",
        more=more,
    )


@requires("touches.view")
def preview(request: PageRequest, code: str) -> HttpResponse:
    """The words as one member would get them. Only members of the viewer's scope can be asked for, and no address says for whom.

    Personal values stand in them whole: whoever may not see these is shown no words, and the audit remembers who looked.
    """
    found = _found(code)
    may_read = request.viewer.may("members.unmask")
    if request.method == "POST" and not may_read:
        raise PermissionDenied
    form = PreviewForm(request.POST or None)
    written: Any = None
    if request.method == "POST" and form.is_valid() and (number := form.found(request.viewer.scope)) is not None:
        audit(request.viewer.actor, "member.unmasked", f"member:{number}", {"template": code})
        written = words.write([words.Asked(UUID(int=0), number, found.pk, {})], utc_now())[UUID(int=0)]
    fault = written if isinstance(written, words.Fault) else None
    files = queries.files(found.files)
    context = {"title": f"{found.name} · {gettext('Preview')}", "template": found, "form": form, "fault": fault, "files": files}
    message = None if written is None or fault else written.message
    context |= {"message": message, "size": _size(found.medium, message), "may_read": may_read, "is_tried": _is_tried(found.medium)}
    return render(request, "touches/preview.html", context)


@requires("touches.edit")
def test(request: PageRequest, code: str) -> HttpResponse:
    """Send it now with one member's values, and show what the provider answered. Only members of the viewer's scope can be asked for."""
    found = _found(code)
    form = TestForm(found.medium, request.POST or None)
    answers: list[Outcome] = []
    if request.method == "POST" and form.is_valid() and (number := form.found(request.viewer.scope)) is not None:
        applied(form, lambda: answers.append(try_template(request.viewer.actor, code, number, form.address, now=utc_now())))
    context = {"title": f"{found.name} · {gettext('Send a test')}", "form": form, "template": found}
    return render(request, "touches/template_test.html", context | {"answer": told_of(answers[0]) if answers else None})


@requires("touches.edit")
def archive(request: PageRequest, code: str) -> HttpResponse:
    question = _("Take the template out of use? What waits to be sent with it still goes.")
    service = lambda: archive_template(request.viewer.actor, code, now=utc_now())  # noqa: E731
    return confirmed(request, _("Archive the template"), question, _("Archive"), service, reverse("touch-templates"), _("Archived."))


@requires("touches.view")
def file(request: PageRequest, code: str, number: int) -> HttpResponse:
    """A file that goes along with some version of a template."""
    found = queries.file_of_template(code, number)
    if found is None:
        raise Http404
    return file_response(found.name, found.media_type, found.content)


def _is_tried(medium: str) -> bool:
    """Whether a test can be sent: what stays in the house is looked at."""
    return not KNOWN[medium].is_indoors


def _size(medium: str, message: Message | None) -> str:
    """What an operator would charge for an SMS, its links already short; "" for what has no such size."""
    if medium != "sms" or message is None:
        return ""
    sizes = {"parts": sms_parts(message.text), "length": sms_length(message.text)}
    return gettext("Counts as %(parts)s SMS: %(length)s characters, without the signature that the provider adds") % sizes


def _found(code: str) -> Any:
    found = queries.template(code)
    if found is None:
        raise Http404
    return found


def _initial(code: str) -> dict[str, Any]:
    found = _found(code)
    parts = {
        f"{prefix}_{part}": found.variants.get(language, {}).get(part, "")
        for prefix, language in (("zh", "zh-hans"), ("en", "en"))
        for part in ("subject", "text", "html")
    }
    return {
        "code": found.code,
        "name": found.name,
        "medium": found.medium,
        "purpose": found.purpose,
        "provider_template": found.provider_template,
        "provider_values": [{"name": name, "value": source} for name, source in found.provider_values],
        "counts_links": found.counts_links,
        "kept": [str(number) for number in found.files],
        **parts,
    }
