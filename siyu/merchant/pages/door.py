"""Log in, log out, language and theme."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.forms import CharField, PasswordInput, TextInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from siyu.lib.clock import utc_now
from siyu.lib.web.address import address_of
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.language import remember

from .. import services
from ..access import BACKEND, PageRequest, any_staff, public, seen
from ..models import Staff


class LoginForm(Form):
    username = CharField(label=_("User name"), max_length=150, widget=TextInput(attrs={"autocomplete": "username", "autofocus": True}))
    password = CharField(
        label=_("Password"), max_length=1024, strip=False, widget=PasswordInput(attrs={"autocomplete": "current-password"})
    )


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """The log-in page; afterwards to `next`, when that is a page of ours."""
    target = _local(request, request.POST.get("next") or request.GET.get("next", ""))
    if seen(request) is not None:
        return redirect(target)
    form = LoginForm(request.POST or None)
    admitted: list[Staff] = []

    def admit() -> None:
        typed = form.cleaned_data
        admitted.append(services.admit(typed["username"], typed["password"], address_of(request), utc_now()))

    if request.method == "POST" and applied(form, admit):
        login(request, admitted[0], backend=BACKEND)  # gives the session a new key: one planted before is worth nothing
        response = redirect(target)
        remember(response, language=admitted[0].language, theme=admitted[0].theme)
        return response
    status = 429 if any(error.code == "login.wait" for error in form.non_field_errors().as_data()) else 200
    return render(request, "merchant/login.html", {"title": _("Log in"), "form": form, "next": target}, status=status)


@any_staff
@require_POST
def log_out(request: PageRequest) -> HttpResponse:
    """End the session."""
    services.leave(request.viewer.actor)
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@public
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """The switches of language and theme on every page: kept with the account, or in cookies before the log-in."""
    viewer = seen(request)
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if viewer is not None:
        services.change_preferences(viewer.actor, language or viewer.language, theme or viewer.theme)
    response = redirect(_local(request, request.POST.get("next", "")))
    remember(response, language=language, theme=theme)
    return response


def _local(request: HttpRequest, target: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if target and is_ours else settings.LOGIN_REDIRECT_URL
