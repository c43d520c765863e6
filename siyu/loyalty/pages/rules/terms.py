"""The terms on which points pay: what holds, and publishing the next version."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied
from siyu.merchant.access import PageRequest, requires

from ... import queries
from ...rules.payment import PaymentTerms
from ...services import publish_payment_terms
from ..values import MoneyField, PointsField, WordsField
from .frame import tabs, this_day


class PaymentForm(Form):
    points = PointsField(label=_("So many points"), required=True)
    minor = MoneyField(label=_("are worth"), required=True)
    minimum = PointsField(label=_("Least points in an order"), required=True)
    step = PointsField(label=_("In steps of"), required=True)
    max_share = forms.DecimalField(label=_("Most of an order, in per cent"), min_value=Decimal("0.01"), max_value=100, decimal_places=2)
    max_minor = MoneyField(label=_("Most in an order"), help_text=_("Empty: no limit but the share"))
    except_skus = WordsField(label=_("But not these products"))
    except_categories = WordsField(label=_("But not these categories"))
    with_coupons = forms.BooleanField(label=_("Also in orders with a coupon"), required=False)
    from_day = forms.DateField(label=_("It holds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def definition(self) -> dict[str, Any]:
        told = {name: value for name, value in self.cleaned_data.items() if name != "from_day"}
        return told | {"max_share": int(told["max_share"] * 100)}


@requires("loyalty.view")
def payment_terms(request: PageRequest) -> HttpResponse:
    versions = queries.payment_terms()
    shown = versions[0].terms if versions else PaymentTerms()
    initial = {name: getattr(shown, name) for name in PaymentForm.base_fields if name not in ("from_day", "max_share")}
    initial |= {"max_share": Decimal(shown.max_share) / 100, "from_day": this_day() + timedelta(days=1)}
    may_edit = request.viewer.may("loyalty.edit")
    form = PaymentForm(request.POST if request.method == "POST" and may_edit else None, initial=initial)
    if form.is_bound and applied(form, lambda: _publish(request, form)):
        messages.success(request, gettext("The terms are published."))
        return redirect("payment-terms")
    context = {
        "title": _("Paying with points"),
        "tabs": tabs(request, "payment-terms"),
        "form": form if may_edit else None,
        "versions": versions,
        "holds": queries.payment_terms_on(this_day()),
    }
    return render(request, "loyalty/payment_terms.html", context)


def _publish(request: PageRequest, form: PaymentForm) -> None:
    publish_payment_terms(request.viewer.actor, form.definition(), form.cleaned_data["from_day"], today=this_day(), now=utc_now())
