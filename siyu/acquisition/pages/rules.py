"""UTM rules of all channels, in the order in which they are tried."""

from typing import Any

import django_tables2 as tables
from django.forms import CharField, IntegerField, TypedChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.forms import Form, applied, confirmed
from siyu.lib.web.tables import ListTable, NumberColumn
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..models import ChannelRule
from .parts import tabs


class RuleForm(Form):
    channel_id = TypedChoiceField(label=_("Channel"), coerce=int)
    rank = IntegerField(
        label=_("Priority"), min_value=0, max_value=1_000_000, initial=100, help_text=_("The lowest rank that matches wins.")
    )
    source = CharField(label=_("utm_source"), max_length=100, required=False)
    medium = CharField(label=_("utm_medium"), max_length=100, required=False)
    campaign = CharField(label=_("utm_campaign"), max_length=100, required=False, help_text=_("An empty value matches anything."))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["channel_id"].choices = [(one.pk, one.name) for one in queries.channels()]  # type: ignore[attr-defined]


class AllRules(ListTable):
    rank = NumberColumn(_("Priority"))
    channel = tables.Column(_("Channel"), accessor="channel__name", linkify=("channel", {"pk": tables.A("channel_id")}))
    utm_source = tables.Column(_("utm_source"), default="*", empty_values=("", None))
    utm_medium = tables.Column(_("utm_medium"), default="*", empty_values=("", None))
    utm_campaign = tables.Column(_("utm_campaign"), default="*", empty_values=("", None))
    step = tables.Column("", empty_values=())

    def __init__(self, rows: Any, may_edit: bool, **options: Any) -> None:
        super().__init__(rows, exclude=() if may_edit else ("step",), **options)

    def render_step(self, record: ChannelRule) -> str:
        return format_html('<a href="{}">{}</a>', reverse("channel-rule-remove", args=[record.pk]), _("Remove"))


@requires("channels.view")
def rules(request: PageRequest) -> HttpResponse:
    empty = _("No rules: each utm_source becomes a channel of its own, 500 at most")
    context = {
        "title": _("UTM rules"),
        "tabs": tabs("channel-rules"),
        "table": AllRules(queries.all_rules(), request.viewer.may("channels.edit"), empty_text=empty),
        "new_url": reverse("channel-rule-new"),
        "new_title": _("New rule"),
    }
    return render(request, "acquisition/list.html", context)


@requires("channels.edit")
def new_rule(request: PageRequest) -> HttpResponse:
    form = RuleForm(request.POST or None, initial={"channel_id": request.GET.get("channel"), "rank": 100})
    if request.method == "POST" and applied(form, lambda: services.add_rule(request.viewer.actor, **form.cleaned_data)):
        return redirect("channel-rules")
    help = _("Rules hold for arrivals from now on; what has arrived stays where it is.")
    return render(request, "web/form.html", {"title": _("New rule"), "form": form, "help": help, "cancel_url": reverse("channel-rules")})


@requires("channels.edit")
def remove_rule(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.one_rule(pk)
    if found is None:
        raise Http404
    return confirmed(
        request,
        title=_("Remove a rule"),
        question=gettext("Remove the rule of “%(name)s”? Arrivals from now on are no longer owed to it by this rule.")
        % {"name": found.channel.name},
        button=_("Remove"),
        service=lambda: services.remove_rule(request.viewer.actor, pk),
        back=reverse("channel-rules"),
        done=_("Removed."),
    )
