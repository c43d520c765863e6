"""Forms: a page shows one, a service does the work, and what the service refuses stands beside the fields."""

from collections.abc import Callable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from siyu.lib.refusal import Refusal

from .parts import Words

COPY_SIGN = 10  # characters that say it is one, in any language


class Form(forms.Form):
    """The base of a room's forms: `web/form.html` draws the form tag, the token and the buttons around it."""

    required_css_class = "required"

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class DayInput(forms.DateInput):
    """A day as the browser's own picker takes it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FilterForm(Form):
    """The filters above a list: sent by GET, one line, labels kept for screen readers."""

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.field_class = "siyu-filter"
        return helper

    @property
    def chosen(self) -> dict[str, Any]:
        """The valid values given, without empty ones; what is invalid is shown and not applied."""
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value not in (None, "", [])}


def name_of_copy(name: str, longest: int) -> str:
    """What a copy is called until it gets a name of its own; `longest`: characters that a name has at most."""
    return gettext("%(name)s (copy)") % {"name": name[: longest - COPY_SIGN]}


def applied(form: forms.BaseForm, service: Callable[[], Any]) -> bool:
    """Run a service if the form is valid; a `Refusal` becomes the form's error. True when it was done.

    A form that says `step=again` was only to be drawn with what had been typed (`keep.js`).
    """
    if form.data.get("step") == "again" or not form.is_valid():
        return False
    try:
        service()
    except Refusal as refusal:
        form.add_error(None, forms.ValidationError(refusal.told(gettext), code=refusal.code))
        return False
    return True


def confirmed(
    request: HttpRequest, title: Words, question: Words, button: Words, service: Callable[[], Any], back: str, done: Words
) -> HttpResponse:
    """A page that asks before a service runs (POST), and goes back with a word when it has."""
    form = Form(request.POST) if request.method == "POST" else Form()
    if request.method == "POST" and applied(form, service):
        messages.success(request, str(done))
        return redirect(back)
    return render(request, "web/form.html", {"title": title, "help": question, "form": form, "submit": button, "cancel_url": back})
