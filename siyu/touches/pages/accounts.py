"""Accounts with providers 通道账号: open, look at, try, archive; secrets go in and never come out again."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import settings_book, today

from .. import queries, services
from ..providers import Channel, channels
from ..rules.sending import ChannelField, Outcome
from ..services import Trial
from .parts import MEDIA, answered, confirmed, pairs_of, told_of

STATES = {"in_use": (_("In use"), "green"), "archived": (_("Archived"), "secondary")}
MARK = "field_"  # before the names of a channel's own fields
REMOVE = "remove_"  # before those of its secrets that may be removed


class Accounts(ListTable):
    name = tables.Column(_("Name"), linkify=("touch-account", {"code": tables.A("code")}))
    medium = tables.Column(_("Medium"))
    channel_title = tables.Column(_("Provider"))
    state = BadgeColumn(STATES, _("State"))
    per_minute = NumberColumn(_("At most a minute"))
    created_at = InstantColumn(_("Opened at"))
    archived_at = InstantColumn(_("Archived at"))

    def render_medium(self, value: str) -> str:
        return str(MEDIA.get(value, value))

    def render_channel_title(self, value: str) -> str:
        return gettext(value)


class AccountForm(Form):
    """Name and pace, and whatever the channel asks for; of an account that there is (`before`) as it was told, without its secrets."""

    code = forms.CharField(label=_("Code"), max_length=40)
    revision = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=60)
    per_minute = forms.IntegerField(label=_("At most a minute"), min_value=1, max_value=100_000, initial=600)

    def __init__(self, module: Channel, told: Any, before: queries.AccountView | None = None) -> None:
        initial = {"name": before.name, "per_minute": before.per_minute, "revision": before.revision} if before else {}
        super().__init__(told, initial=initial)
        del self.fields["code" if before else "revision"]
        for one in module.FIELDS:
            self.fields[MARK + one.name] = _field(one, before)
            if _is_kept(one, before) and not one.is_required:
                words = gettext("Remove: %(field)s") % {"field": gettext(one.label)}
                self.fields[REMOVE + one.name] = forms.BooleanField(label=words, required=False)

    def entered(self) -> dict[str, str]:
        return {name.removeprefix(MARK): str(value or "") for name, value in self.cleaned_data.items() if name.startswith(MARK)}

    def removed(self) -> set[str]:
        return {name.removeprefix(REMOVE) for name, value in self.cleaned_data.items() if name.startswith(REMOVE) and value}


def _is_kept(one: ChannelField, before: queries.AccountView | None) -> bool:
    return before is not None and any(name == one.name and kept for name, _label, kept in before.hidden)


def _field(one: ChannelField, before: queries.AccountView | None) -> forms.Field:
    """What is secret is sent to no page, not even when the form is refused; left empty, what is kept stays."""
    told: dict[str, Any] = {"label": gettext(one.label), "required": one.is_required}
    if one.is_secret:
        is_kept = _is_kept(one, before)
        hint = _("Left empty, what is kept stays") if is_kept else ""
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(**{**told, "required": one.is_required and not is_kept}, widget=widget, help_text=hint, max_length=2_000)
    told["initial"] = before.entered.get(one.name, one.usual) if before else one.usual
    if one.choices:
        return forms.ChoiceField(**told, choices=[(value, gettext(words)) for value, words in one.choices])
    if one.bounds:
        return forms.IntegerField(**told, min_value=one.bounds[0], max_value=one.bounds[1])
    return forms.CharField(**told, max_length=2_000)


class TrialForm(Form):
    """A test message; an address only where the medium has addresses of people."""

    to = forms.CharField(label=_("Address"), max_length=254)
    subject = forms.CharField(label=_("Subject"), max_length=100, required=False)
    text = forms.CharField(label=_("Text"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    template = forms.CharField(label=_("The provider's template"), required=False, max_length=100)
    values = forms.CharField(
        label=_("The provider's parameters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, in order: name = value"),
    )

    def __init__(self, medium: str, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        unused = {"email": ("template", "values"), "sms": ("subject",), "webhook": ("to", "subject", "template")}.get(medium, ())
        for name in unused:
            del self.fields[name]

    def trial(self) -> Trial:
        told = dict(self.cleaned_data)
        return Trial(**{**told, "values": dict(pairs_of(told.get("values", "")))})


@requires("settings.view")
def accounts(request: PageRequest) -> HttpResponse:
    """Who sends what; one account a medium is in use."""
    table = Accounts(queries.accounts(), empty_text=_("No account yet: nothing leaves the house"))
    return render(request, "touches/accounts.html", {"title": _("Accounts with providers"), "table": table})


@requires("settings.edit")
def choose(request: PageRequest) -> HttpResponse:
    """Which channel a new account is for."""
    known = [(name, gettext(module.TITLE), MEDIA.get(module.MEDIUM, module.MEDIUM)) for name, module in channels().items()]
    return render(request, "touches/account_choose.html", {"title": _("New account"), "channels": known})


@never_cache
@sensitive_post_parameters()
@requires("settings.edit")
def new(request: PageRequest, channel: str) -> HttpResponse:
    """Open an account: from now on it stands for its medium."""
    module = channels().get(channel)
    if module is None:
        raise Http404
    form = AccountForm(module, request.POST or None)

    def opened() -> None:
        told = form.cleaned_data
        services.open_account(
            request.viewer.actor, told["code"], told["name"], channel, form.entered(), per_minute=told["per_minute"], now=utc_now()
        )

    help_ = gettext("%(channel)s: this account stands for its medium from now on; the one before is archived.")
    done = _("Opened. Send a test message before you rely on it.")
    return answered(
        request,
        form,
        opened,
        title=_("New account"),
        help=help_ % {"channel": gettext(module.TITLE)},
        back=reverse("touch-accounts"),
        done=done,
    )


@never_cache
@sensitive_post_parameters()
@requires("settings.edit")
def edit(request: PageRequest, code: str) -> HttpResponse:
    """Change an account in use; what its provider keeps secret is entered only to be replaced."""
    found = _found(code)
    module = channels().get(found.channel)
    if found.archived_at or module is None:
        raise Http404
    form = AccountForm(module, request.POST or None, found)

    def changed() -> None:
        told = form.cleaned_data
        services.change_account(
            request.viewer.actor,
            code,
            told["name"],
            form.entered(),
            told["revision"],
            per_minute=told["per_minute"],
            now=utc_now(),
            removed=form.removed(),
        )

    help_ = _("What waits in the outbox goes by the account as it is from now on.")
    back, done = reverse("touch-account", args=[code]), _("Saved. Send a test message before you rely on it.")
    return answered(request, form, changed, title=found.name, help=help_, back=back, done=done)


@requires("settings.view")
def account(request: PageRequest, code: str) -> HttpResponse:
    """How a provider is reached, without its secrets."""
    found = _found(code)
    told = [(gettext(label), value) for label, value in found.settings]
    hidden = [(gettext(label), is_kept) for _name, label, is_kept in found.hidden]
    context = {"title": found.name, "account": found, "told": told, "hidden": hidden, "state": STATES[found.state]}
    return render(request, "touches/account.html", context | {"channel": gettext(found.channel_title), "medium": MEDIA.get(found.medium)})


@requires("settings.edit")
def trial(request: PageRequest, code: str) -> HttpResponse:
    """Send one test message through the channel's own code, and show what the provider answered."""
    found = _found(code)
    usual = {"subject": gettext("A test message"), "text": gettext("This is a test message from siyu.")}
    form = TrialForm(found.medium, request.POST or None, initial=usual)
    answers: list[Outcome] = []
    if request.method == "POST":
        applied(form, lambda: answers.append(services.try_account(request.viewer.actor, code, form.trial(), now=utc_now())))
    context = {"title": f"{found.name} · {gettext('Send a test message')}", "form": form, "account": found}
    return render(request, "touches/account_try.html", context | {"answer": told_of(answers[0]) if answers else None})


@requires("settings.edit")
def archive(request: PageRequest, code: str) -> HttpResponse:
    _found(code)
    question = _("Archive this account? What waits for its medium waits until another account is opened.")
    service = lambda: services.archive_account(request.viewer.actor, code, now=utc_now())  # noqa: E731
    return confirmed(request, _("Archive the account"), question, _("Archive"), service, reverse("touch-accounts"), _("Archived."))


@never_cache
@requires("settings.edit")
def reports(request: PageRequest, code: str) -> HttpResponse:
    """A new address to which the provider reports, shown once."""
    found = _found(code)
    form, made = Form(request.POST) if request.method == "POST" else Form(), []
    if request.method == "POST" and applied(
        form, lambda: made.append(services.renew_report_address(request.viewer.actor, code, now=utc_now()))
    ):
        advice = _("Enter this address at the provider for delivery reports and for replies alike. Who knows it can report to us.")
        context = {"title": found.name, "secret": _report_address(request, made[0]), "advice": advice}
        answer = render(request, "merchant/secret.html", context | {"back": reverse("touch-account", args=[code])})
        answer["Cache-Control"] = "no-store"
        return answer
    help_ = _("A new address is made and shown once; one that was made before is closed. Enter it at the provider right away.")
    back = reverse("touch-account", args=[code])
    context = {"title": _("Address for reports"), "help": help_, "submit": _("Make a new address"), "cancel_url": back}
    return render(request, "web/form.html", context | {"form": form})


def _found(code: str) -> queries.AccountView:
    found = queries.account(code)
    if found is None:
        raise Http404
    return found


def _report_address(request: PageRequest, token: str) -> str:
    path = reverse("touch-reports", args=[token])
    base = settings_book().value("touches.address", today(utc_now())).rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)
