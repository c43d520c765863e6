"""Costs: the list, entering one, taking one out of the figures."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.forms import BooleanField, CharField, DateField, DateInput, DecimalField, TypedChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.money import minor_digits, to_minor
from siyu.lib.web.business import business
from siyu.lib.web.forms import FilterForm, Form, applied, confirmed
from siyu.lib.web.keyset import Page, paged
from siyu.lib.web.tables import InstantColumn, ListTable, MoneyColumn
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..models import Cost
from .parts import tabs, this_day


class CostFilters(FilterForm):
    channel_id = TypedChoiceField(label=_("Channel"), coerce=int, empty_value=None, required=False)
    with_archived = BooleanField(label=_("Archived too"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = sorted(queries.channel_names().items(), key=lambda one: one[1])
        self.fields["channel_id"].choices = [("", _("All channels")), *choices]  # type: ignore[attr-defined]


class CostForm(Form):
    channel_id = TypedChoiceField(label=_("Channel"), coerce=int)
    from_day = DateField(label=_("From day"), widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    to_day = DateField(
        label=_("To day"),
        widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Both days are included; the amount is spread evenly."),
    )
    amount = DecimalField(label=_("Amount"), min_value=Decimal(0), max_digits=15)
    note = CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["channel_id"].choices = [(one.pk, one.name) for one in queries.channels()]  # type: ignore[attr-defined]
        self.fields["amount"].help_text = business().currency
        self.fields["amount"].widget.attrs["step"] = str(Decimal(1).scaleb(-minor_digits(business().currency)))

    def entered(self) -> dict[str, Any]:
        """What the service takes: the amount in minor units."""
        told = dict(self.cleaned_data)
        return told | {"amount_minor": to_minor(told.pop("amount"), business().currency)}


class Costs(ListTable):
    channel = tables.Column(_("Channel"), accessor="channel__name", linkify=("channel", {"pk": tables.A("channel_id")}))
    from_day = tables.Column(_("From day"))
    to_day = tables.Column(_("To day"))
    amount_minor = MoneyColumn(_("Amount"))
    note = tables.Column(_("Note"))
    entered_by = tables.Column(_("Entered by"))
    entered_at = InstantColumn(_("Entered"))
    step = tables.Column("", empty_values=())

    def __init__(self, rows: Any, may_edit: bool, **options: Any) -> None:
        super().__init__(rows, exclude=() if may_edit else ("step",), **options)

    def render_step(self, record: Cost) -> str:
        if record.archived_at is not None:
            return format_html('<span class="badge bg-secondary-lt">{}</span>', _("archived"))
        return format_html('<a href="{}">{}</a>', reverse("cost-archive", args=[record.pk]), _("Archive"))


@requires("channels.view")
def costs(request: PageRequest) -> HttpResponse:
    """The list, newest period first. Costs belong to the whole merchant: a narrowed scope sees none."""
    filters = CostFilters(request.GET or None)
    chosen = filters.chosen
    page: Page[Cost] = Page([])
    if request.viewer.scope.is_whole:
        page = paged(request, lambda at: queries.costs(at, **chosen), key=lambda one: (one.from_day, one.pk), order="costs:-from_day")
    context = {
        "title": _("Costs"),
        "tabs": tabs("costs"),
        "filters": filters,
        "table": Costs(page.rows, request.viewer.may("channels.edit"), empty_text=_("No cost was entered")),
        "page": page,
        "new_url": reverse("cost-new"),
        "new_title": _("Enter a cost"),
    }
    return render(request, "acquisition/list.html", context)


@requires("channels.edit")
def new_cost(request: PageRequest) -> HttpResponse:
    day = this_day()
    form = CostForm(request.POST or None, initial={"from_day": day, "to_day": day, "channel_id": request.GET.get("channel")})
    if request.method == "POST" and applied(form, lambda: services.enter_cost(request.viewer.actor, **form.entered(), now=utc_now())):
        return redirect("costs")
    return render(request, "web/form.html", {"title": _("Enter a cost"), "form": form, "cancel_url": reverse("costs")})


@requires("channels.edit")
def archive_cost(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.one_cost(pk)
    if found is None:
        raise Http404
    return confirmed(
        request,
        title=found.channel.name,
        question=gettext("Take the cost from %(first)s to %(last)s out of all figures? The row stays.")
        % {"first": found.from_day, "last": found.to_day},
        button=_("Archive"),
        service=lambda: services.archive_cost(request.viewer.actor, pk, now=utc_now()),
        back=reverse("costs"),
        done=_("Archived."),
    )
