"""Settings: what is in force, since when, what comes, and the form that sets from a day on."""

import json
from itertools import groupby
from typing import Any

from django.forms import (
    BooleanField,
    CharField,
    CheckboxSelectMultiple,
    DateField,
    DateInput,
    Field,
    IntegerField,
    MultipleChoiceField,
    Textarea,
    ValidationError,
)
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web import terms
from siyu.lib.web.forms import Form, applied, confirmed
from siyu.lib.web.rows import RowsField, words_of
from siyu.lib.web.terms import Book

from .. import queries, services
from ..access import PageRequest, requires
from ..rules import Setting, write_setting

ROOMS = {
    "merchant": _("Merchant"),
    "facts": _("Facts"),
    "members": _("Members"),
    "orders": _("Orders"),
    "loyalty": _("Loyalty"),
    "acquisition": _("Acquisition"),
    "touches": _("Touches"),
    "portal": _("Member centre"),
}


class JSONText(CharField):
    """A list or an object, typed as JSON."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return json.loads(text) if text else None
        except ValueError as error:
            raise ValidationError(_("This is not JSON: %(error)s"), code="setting.type", params={"error": error}) from error


class SettingForm(Form):
    """A value and the day from which it holds; the kind of setting decides the field."""

    def __init__(self, setting: Setting, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.setting = setting
        self.fields["value"] = _field(setting)
        self.fields["from_day"] = DateField(
            label=_("In force from"),
            widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            help_text=_("The value holds from the midnight that begins this business day."),
        )

    def clean_value(self) -> Any:
        """The value as the setting has it; of two rows for one thing one would be lost."""
        value = self.cleaned_data["value"]
        if not self.setting.rows:
            return value
        made = self.setting.of_rows(value)
        if len(self.setting.rows_of(made)) < len([row for row in value if row]):
            raise ValidationError(_("Two rows are about the same: keep one of them."), code="rows.same")
        return made


def _typed(setting: Setting, value: Any) -> Any:
    """A value as its field takes it."""
    if setting.rows:
        return setting.rows_of(value)
    is_json = setting.kind in (list, dict) and not setting.choices
    return json.dumps(value, ensure_ascii=False, indent=2) if is_json else value


def _field(setting: Setting) -> Field:
    label = gettext(setting.title)
    if setting.kind is bool:
        return BooleanField(label=label, required=False)
    if setting.kind is int:
        return IntegerField(label=label)
    if setting.kind is str:
        return CharField(label=label, required=False, max_length=10_000)
    if setting.rows:
        return RowsField(
            setting.rows,
            _book(setting),
            named=label,
            label="",
            required=False,
            least=setting.least,
            most=setting.most,
            add=_("Add"),
            empty=_("None"),
        )
    if setting.choices:
        chosen = [(value, gettext(words)) for value, words in setting.choices.items()]
        return MultipleChoiceField(label=label, required=False, choices=chosen, widget=CheckboxSelectMultiple)
    return JSONText(label=label, max_length=100_000, widget=Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "font-monospace"}))


def _book(setting: Setting) -> Book:
    """The words of a setting's rows."""
    labels = {name: gettext(title) for name, title in terms.titles(setting.rows).items()} if setting.rows else {}
    choices = {value: gettext(words) for value, words in {**setting.choices, **setting.suggested}.items()}
    return Book(labels=labels, choices=choices, suggested=("suggested",), widgets={"time": "time"})


@requires("settings.view")
def settings(request: PageRequest) -> HttpResponse:
    """Every setting, by room."""
    views = queries.setting_views(queries.today(utc_now()))
    groups = [(ROOMS.get(room, room), [_row(view) for view in members]) for room, members in groupby(views, key=lambda view: view.room)]
    return render(request, "merchant/settings.html", {"title": _("Settings"), "groups": groups})


def _row(view: queries.SettingView) -> dict[str, Any]:
    setting = view.setting
    return {
        "setting": setting,
        "title": gettext(setting.title),
        "help": gettext(setting.help) if setting.help else "",
        "value": _shown(setting, view.value),
        "is_words": bool(setting.rows or setting.choices or setting.kind is bool),
        "since": view.in_force,
        "scheduled": [(dated, _shown(setting, dated.value)) for dated in view.scheduled],
    }


def _shown(setting: Setting, value: Any) -> str:
    if setting.kind is bool:
        return gettext("yes") if value else gettext("no")
    if setting.rows:
        return "\n".join(words_of(setting.rows, row, _book(setting)) for row in setting.rows_of(value))
    if setting.choices:
        return " · ".join(gettext(words) for one, words in setting.choices.items() if one in value)
    return write_setting(setting, value)


@requires("settings.edit")
def set_setting(request: PageRequest, name: str) -> HttpResponse:
    """Set one setting from a day on."""
    setting = _known(name)
    now = utc_now()
    today = queries.today(now)
    value = queries.settings_book().value(name, today)
    form = SettingForm(setting, request.POST or None, initial={"value": _typed(setting, value), "from_day": today})
    if request.method == "POST" and applied(
        form, lambda: services.set_setting(request.viewer.actor, name, form.cleaned_data["value"], form.cleaned_data["from_day"], now=now)
    ):
        return redirect("settings")
    context = {"title": gettext(setting.title), "help": gettext(setting.help) if setting.help else "", "form": form}
    return render(
        request,
        "merchant/setting.html",
        {
            **context,
            "suggested": [(value, gettext(words)) for value, words in setting.suggested.items()],
            "is_wide": bool(setting.rows),
            "is_kept": bool(setting.rows),
            "cancel_url": reverse("settings"),
        },
    )


@requires("settings.edit")
def withdraw_setting(request: PageRequest, name: str, day: Any) -> HttpResponse:
    """Take back a value whose day has not come."""
    setting = _known(name)
    return confirmed(
        request,
        title=gettext(setting.title),
        question=gettext("Take back what is scheduled from %(day)s on?") % {"day": day},
        button=_("Withdraw"),
        service=lambda: services.withdraw_setting(request.viewer.actor, name, day),
        back=reverse("settings"),
        done=_("The scheduled value is withdrawn."),
    )


def _known(name: str) -> Setting:
    try:
        return queries.catalogue()[name]
    except KeyError:
        raise Http404 from None
