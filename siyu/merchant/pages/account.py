"""A staff member's own account: language, theme, password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import CharField, ChoiceField, PasswordInput, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from siyu.lib.web.forms import Form, applied
from siyu.lib.web.language import remember

from .. import services
from ..access import PageRequest, any_staff
from ..models import Staff


class AccountForm(Form):
    language = ChoiceField(label=_("Language"), choices=[("zh-hans", "简体中文"), ("en", "English")])
    theme = ChoiceField(label=_("Theme"), choices=[("light", _("Light")), ("dark", _("Dark"))])


class PasswordForm(Form):
    old = CharField(
        label=_("Present password"), max_length=1024, strip=False, widget=PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = CharField(
        label=_("New password"),
        max_length=1024,
        strip=False,
        widget=PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, not a common one, and not like your name."),
    )
    again = CharField(
        label=_("New password again"), max_length=1024, strip=False, widget=PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("new") != typed.get("again"):
            self.add_error("again", ValidationError(_("The two passwords differ."), code="staff.password_differs"))
        return typed


@any_staff
def account(request: PageRequest) -> HttpResponse:
    """Language and theme; a link to the password."""
    viewer = request.viewer
    form = AccountForm(request.POST or None, initial={"language": viewer.language, "theme": viewer.theme})
    if request.method == "POST" and applied(form, lambda: services.change_preferences(viewer.actor, **form.cleaned_data)):
        response = redirect("account")
        remember(response, **form.cleaned_data)
        return response
    actions = [(_("Change the password"), reverse("account-password"))]
    return render(request, "merchant/edit.html", {"title": _("Your account"), "form": form, "actions": actions, "account": viewer})


@any_staff
@never_cache
@sensitive_post_parameters("old", "new", "again")
def password(request: PageRequest) -> HttpResponse:
    """A new password; other sessions of the account end, this one stays."""
    viewer = request.viewer
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and applied(
        form, lambda: services.change_password(viewer.actor, form.cleaned_data["old"], form.cleaned_data["new"])
    ):
        update_session_auth_hash(request, Staff.objects.get(pk=viewer.id))
        messages.success(request, _("The password is changed; other sessions have ended."))
        return redirect("account")
    context = {"title": _("Change the password"), "form": form, "cancel_url": reverse("account")}
    return render(request, "web/form.html", context)
