"""What the pages of benefits and plans share: tabs, the member behind an address, sums of money typed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.money import minor_digits, to_minor
from siyu.lib.web.business import business
from siyu.lib.web.formats import major
from siyu.lib.web.parts import Tab
from siyu.members import queries as members
from siyu.members.queries import MemberView
from siyu.merchant.access import PageRequest


def benefit_tabs(active: str) -> list[Tab]:
    pages = (("benefits", _("Benefits")), ("benefit-uses", _("Uses")))
    return [Tab(title, reverse(name), name == active) for name, title in pages]


def plan_tabs(active: str) -> list[Tab]:
    pages = (("plans", _("Plans")), ("subscribers", _("Members of plans")))
    return [Tab(title, reverse(name), name == active) for name, title in pages]


def seen(request: PageRequest, public_id: str) -> MemberView:
    """The member behind a public id, within the viewer's scope. Raises `Http404`."""
    for number in members.find(public_id):
        row = members.member(number, request.viewer.scope)
        if row is not None and row.public_id == public_id:
            return row
    raise Http404


class MoneyField(forms.DecimalField):
    """A sum typed in the currency's own unit; `clean` gives minor units."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", Decimal(0))
        super().__init__(max_digits=14, **options)

    def prepare_value(self, value: Any) -> Any:
        return major(value) if isinstance(value, int) else value

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "step": "any"}

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if typed is None:
            return None
        if -typed.as_tuple().exponent > minor_digits(business().currency):
            raise forms.ValidationError(_("more digits behind the point than the currency has"))
        return to_minor(typed, business().currency)
