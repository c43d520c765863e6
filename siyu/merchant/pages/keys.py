"""Keys: who may send facts, and who may call the interface."""

from typing import Any

import django_tables2 as tables
from django.forms import CharField, CheckboxSelectMultiple, ChoiceField, MultipleChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from siyu.lib.web.forms import Form, applied, confirmed
from siyu.lib.web.tables import BadgeColumn, DayColumn, InstantColumn, ListTable

from .. import queries, services
from ..access import PageRequest, requires
from ..rules import PERMISSIONS_KNOWN
from .parts import secret_page

KINDS = {"write": (_("Write key"), "blue"), "api": (_("API key"), "purple")}


class Keys(ListTable):
    name = tables.Column(_("Name"))
    kind = BadgeColumn(KINDS, _("Kind"))
    tail = tables.Column(_("Ends with"))
    source = tables.Column(_("Source"))
    scopes = tables.Column(_("Scopes"))
    created_at = InstantColumn(_("Made"))
    created_by = tables.Column(_("By"))
    last_used_day = DayColumn(_("Last used"))
    revoked_at = InstantColumn(_("Revoked"))
    pk = tables.Column("", orderable=False)

    def render_tail(self, value: str) -> str:
        return f"…{value}"

    def render_scopes(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_pk(self, value: int, record: Any) -> str:
        if record.revoked_at:
            return ""
        return format_html('<a class="btn btn-sm" href="{}">{}</a>', reverse("key-revoke", args=[value]), gettext("Revoke"))


class KeyForm(Form):
    kind = ChoiceField(label=_("Kind"), choices=[(kind, title) for kind, (title, _colour) in KINDS.items()])
    name = CharField(label=_("Name"), max_length=60)
    source = CharField(
        label=_("Source"),
        max_length=60,
        required=False,
        help_text=_("What facts sent with a write key are said to come from; the name unless given."),
    )
    scopes = MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, scope) for scope in sorted(PERMISSIONS_KNOWN)],
        widget=CheckboxSelectMultiple,
        required=False,
        help_text=_("What an API key may do; a write key has none."),
    )


@requires("keys.edit")
def keys(request: PageRequest) -> HttpResponse:
    """All keys, living ones first."""
    context = {"title": _("Keys"), "table": Keys(queries.all_keys()), "permission": "keys.edit"}
    return render(request, "merchant/list.html", {**context, "new_url": reverse("key-new"), "new_title": _("New key")})


@requires("keys.edit")
@never_cache
def new(request: PageRequest) -> HttpResponse:
    """Make a key; it is shown once."""
    form = KeyForm(request.POST or None, initial={"kind": "write"})
    made: list[str] = []
    if request.method == "POST" and applied(form, lambda: made.append(services.create_key(request.viewer.actor, **form.cleaned_data))):
        advice = _("Put this key where the sender keeps its secrets.")
        return secret_page(request, form.cleaned_data["name"], made[0], advice, reverse("keys"))
    return render(request, "web/form.html", {"title": _("New key"), "form": form, "cancel_url": reverse("keys")})


@requires("keys.edit")
def revoke(request: PageRequest, pk: int) -> HttpResponse:
    """End a key."""
    key = next((row for row in queries.all_keys() if row.pk == pk), None)
    if key is None:
        raise Http404
    return confirmed(
        request,
        title=key.name,
        question=gettext("Revoke the key “%(name)s” (…%(tail)s)? Whoever uses it is refused from now on.")
        % {"name": key.name, "tail": key.tail},
        button=_("Revoke"),
        service=lambda: services.revoke_key(request.viewer.actor, pk),
        back=reverse("keys"),
        done=_("The key is revoked."),
    )
