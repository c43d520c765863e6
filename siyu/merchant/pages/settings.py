"""Settings: what is in force, since when, what comes, and the form that sets from a day on."""

import json
from itertools import groupby
from typing import Any

from django.forms import BooleanField, CharField, DateField, DateInput, Field, IntegerField, Textarea, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied, confirmed

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
        self.fields["value"] = _field(setting)
        self.fields["from_day"] = DateField(
            label=_("In force from"),
            widget=DateInput(attrs={"type": "date"}),
            help_text=_("The value holds from the midnight that begins this business day."),
        )


def _field(setting: Setting) -> Field:
    label = gettext(setting.title)
    if setting.kind is bool:
        return BooleanField(label=label, required=False)
    if setting.kind is int:
        return IntegerField(label=label)
    if setting.kind is str:
        return CharField(label=label, required=False, max_length=10_000)
    return JSONText(label=label, max_length=100_000, widget=Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "font-monospace"}))


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
        "since": view.in_force,
        "scheduled": [(dated, _shown(setting, dated.value)) for dated in view.scheduled],
    }


def _shown(setting: Setting, value: Any) -> str:
    if setting.kind is bool:
        return gettext("yes") if value else gettext("no")
    return write_setting(setting, value)


@requires("settings.edit")
def set_setting(request: PageRequest, name: str) -> HttpResponse:
    """Set one setting from a day on."""
    setting = _known(name)
    now = utc_now()
    today = queries.today(now)
    value = queries.settings_book().value(name, today)
    typed = (
        value if setting.kind in (bool, int) else json.dumps(value, ensure_ascii=False, indent=2) if setting.kind in (list, dict) else value
    )
    form = SettingForm(setting, request.POST or None, initial={"value": typed, "from_day": today})
    if request.method == "POST" and applied(
        form, lambda: services.set_setting(request.viewer.actor, name, form.cleaned_data["value"], form.cleaned_data["from_day"], now=now)
    ):
        return redirect("settings")
    context = {"title": gettext(setting.title), "help": gettext(setting.help) if setting.help else "", "form": form}
    return render(request, "web/form.html", {**context, "cancel_url": reverse("settings")})


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
