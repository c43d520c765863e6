"""Writing a plan; each publishing is a new version, and who paid keeps theirs."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import DayInput, Form, applied
from siyu.merchant.access import PageRequest, requires

from ..queries import benefits as of_benefits
from ..queries import plans as queries
from ..services.plans import publish_plan
from .deeds import this_day
from .fields import RewardsField
from .promises import MoneyField


class PlanForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    words = forms.CharField(label=_("What members read"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    words_en = forms.CharField(label=_("In English"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    price_minor = MoneyField(label=_("Price"))
    months = forms.IntegerField(label=_("Months"), min_value=0, max_value=120, initial=12)
    days = forms.IntegerField(label=_("And days"), min_value=0, max_value=3_660, initial=0)
    sku = forms.CharField(label=_("SKU"), max_length=100, required=False, help_text=_("An order line with it buys or renews the plan."))
    rank = forms.IntegerField(
        label=_("Rank of the plan"),
        min_value=0,
        max_value=100,
        initial=1,
        help_text=_("A plan of a higher rank begins at once with credit for the rest; one of a lower rank waits for the end."),
    )
    benefits = forms.MultipleChoiceField(label=_("Benefits"), required=False, widget=forms.CheckboxSelectMultiple)
    tier = forms.ChoiceField(label=_("With the benefits of the tier"), required=False)
    gift = RewardsField(label=_("Gift on joining"), required=False)
    trial_days = forms.IntegerField(label=_("Days of trial"), min_value=0, max_value=366, initial=0, help_text=_("0: no trial."))
    trial_price_minor = MoneyField(label=_("Price of the trial"), required=False, initial=0)
    trial_sku = forms.CharField(label=_("SKU of the trial"), max_length=100, required=False)
    grace_days = forms.IntegerField(label=_("Days of grace"), min_value=0, max_value=90, initial=3)
    notice_days = forms.IntegerField(
        label=_("Announce a renewal days before"), min_value=5, max_value=60, initial=5, help_text=_("At least 5, as the law asks.")
    )
    refund = forms.ChoiceField(
        label=_("Who leaves early gets back"), choices=[("pro_rata", _("the whole days left")), ("none", _("nothing"))], initial="pro_rata"
    )
    full_days = forms.IntegerField(
        label=_("All of it within days"), min_value=0, max_value=90, initial=0, help_text=_("If no benefit was used; 0: never.")
    )
    less_used = forms.BooleanField(label=_("Take off the value of benefits used"), required=False)
    from_day = forms.DateField(label=_("Holds from day"), widget=DayInput())

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        day = this_day()
        self.fields["tier"].choices = [("", "—"), *of_benefits.tiers_now(day)]  # type: ignore[attr-defined]
        self.fields["benefits"].choices = [  # type: ignore[attr-defined]
            (view.code, view.name) for view in of_benefits.benefit_views(day, day)
        ]

    def definition(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        same = (
            "price_minor",
            "months",
            "days",
            "sku",
            "rank",
            "tier",
            "benefits",
            "gift",
            "grace_days",
            "notice_days",
            "words",
            "words_en",
        )
        trial = {"days": told["trial_days"], "price_minor": told["trial_price_minor"] or 0, "sku": told["trial_sku"]}
        return {
            **{name: told[name] for name in same},
            "trial": trial if told["trial_days"] else None,
            "refund": {"kind": told["refund"], "full_days": told["full_days"], "less_used": told["less_used"]},
        }


class NewPlanForm(PlanForm):
    field_order = ("code", "name")
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and underscores; it does not change."))


@requires("membership.edit")
def new_plan(request: PageRequest) -> HttpResponse:
    form = NewPlanForm(request.POST or None, initial={"from_day": this_day()})
    if request.method == "POST" and applied(form, lambda: _publish(request, form.cleaned_data["code"], form)):
        messages.success(request, gettext("Published."))
        return redirect("plan", code=form.cleaned_data["code"])
    context = {"title": _("New plan"), "form": form, "submit": _("Publish"), "cancel_url": reverse("plans")}
    return render(request, "web/form.html", context)


@requires("membership.edit")
def edit_plan(request: PageRequest, code: str) -> HttpResponse:
    """The newest version, to be published anew."""
    versions = queries.plan_versions(code)
    if not versions:
        raise Http404
    form = PlanForm(request.POST or None, initial=_typed(versions[0].name, versions[0].definition))
    if request.method == "POST" and applied(form, lambda: _publish(request, code, form)):
        messages.success(request, gettext("Published."))
        return redirect("plan", code=code)
    help = _("A new version is sold from its day on; who paid before keeps the terms that were paid for.")
    cancel = reverse("plan", args=[code])
    context = {"title": versions[0].name, "help": help, "form": form, "submit": _("Publish"), "cancel_url": cancel}
    return render(request, "web/form.html", context)


def _publish(request: PageRequest, code: str, form: PlanForm) -> None:
    told = form.cleaned_data
    publish_plan(request.viewer.actor, code, told["name"], form.definition(), told["from_day"], today=this_day(), now=utc_now())


def _typed(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """Terms as the form shows them."""
    trial, refund = definition.get("trial") or {}, definition.get("refund") or {}
    return {
        **definition,
        "name": name,
        "trial_days": trial.get("days", 0),
        "trial_price_minor": trial.get("price_minor", 0),
        "trial_sku": trial.get("sku", ""),
        "refund": refund.get("kind", "pro_rata"),
        "full_days": refund.get("full_days", 0),
        "less_used": refund.get("less_used", False),
        "from_day": this_day(),
    }
