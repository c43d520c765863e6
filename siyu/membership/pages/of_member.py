"""One member's benefits and plan, and what staff do for them: use, give back, give, take back, let try; sell, cancel, resume, refund."""

from datetime import datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import FOR_EVER, utc_now
from siyu.lib.web.business import business
from siyu.lib.web.formats import money
from siyu.lib.web.forms import DayInput, Form
from siyu.members.queries import MemberView
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today

from ..queries import benefits as of_benefits
from ..queries import plans as of_plans
from ..queries.panel import panel
from ..services.benefits import (
    BenefitAsk,
    BenefitGift,
    BenefitReturn,
    BenefitTrial,
    grant_benefit,
    return_benefit,
    revoke_benefit,
    try_benefit,
    use_benefit,
)
from ..services.plans import PlanCancel, PlanPayment, PlanRefund, cancel_plan, pay_plan, refund_plan, resume_plan
from ..titles import kind_title
from .deeds import answered
from .promises import MoneyField, seen


class ReasonForm(Form):
    because = forms.CharField(label=_("Reason"), max_length=500)
    key = forms.CharField(widget=forms.HiddenInput)


class UseForm(Form):
    quantity = forms.IntegerField(label=_("How often"), min_value=1, max_value=1_000, initial=1)
    ref = forms.CharField(label=_("For (order, ticket, parcel)"), max_length=200, required=False)
    amount_minor = MoneyField(label=_("On an amount of"), required=False, help_text=_("For discounts: the order's amount."))
    because = forms.CharField(label=_("Note"), max_length=500, required=False)
    key = forms.CharField(widget=forms.HiddenInput)


class GiveForm(ReasonForm):
    field_order = ("benefit", "until_day", "times")
    benefit = forms.ChoiceField(label=_("Benefit"))
    until_day = forms.DateField(label=_("Last day"), required=False, widget=DayInput())
    times = forms.IntegerField(label=_("More uses a period"), min_value=1, max_value=10_000, required=False)


class SellForm(ReasonForm):
    field_order = ("plan", "is_trial", "amount_minor", "auto_renew")
    plan = forms.ChoiceField(label=_("Plan"))
    is_trial = forms.BooleanField(label=_("As a trial"), required=False)
    amount_minor = MoneyField(label=_("Sum paid"), help_text=_("What was paid, elsewhere; name the payment as the reason."))
    auto_renew = forms.BooleanField(label=_("Renews by itself"), required=False)


class RefundForm(ReasonForm):
    field_order = ("amount_minor", "ends")
    amount_minor = MoneyField(label=_("Amount"), required=False, help_text=_("Empty: what the policy gives; the plan then ends."))
    ends = forms.BooleanField(label=_("End the plan"), required=False)


@requires("membership.view")
def member_benefits(request: PageRequest, public_id: str) -> HttpResponse:
    """Benefits and plan of one member."""
    member = seen(request, public_id)
    context = {"title": _named(member), "member": member, **panel(member.id, request.viewer, utc_now())}
    return render(request, "membership/of_member.html", context)


@requires("mall.fulfil")
def use(request: PageRequest, public_id: str, code: str) -> HttpResponse:
    member = seen(request, public_id)
    form = UseForm(request.POST or None, initial={"key": f"desk:{uuid4()}"})

    def do() -> None:
        told = form.cleaned_data
        ask = BenefitAsk(member.id, code, told["key"], told["quantity"], told["ref"], told["because"], told["amount_minor"] or 0)
        use_benefit(request.viewer.actor, [ask], utc_now())

    return _ask(request, member, form, do, gettext("Use “%(name)s”") % {"name": _benefit_name(code)}, button=_("Use it"))


@requires("mall.fulfil")
def give_back(request: PageRequest, public_id: str, key: str) -> HttpResponse:
    member = seen(request, public_id)
    form = ReasonForm(request.POST or None, initial={"key": f"desk:{uuid4()}"})

    def do() -> None:
        told = form.cleaned_data
        return_benefit(request.viewer.actor, [BenefitReturn(key, told["key"], told["because"])], utc_now())

    help = _("The use did not come about: it can be used again in its period.")
    return _ask(request, member, form, do, _("Give a use back"), help=help, button=_("Give back"))


@requires("membership.edit")
def give(request: PageRequest, public_id: str) -> HttpResponse:
    member = seen(request, public_id)
    form = GiveForm(request.POST or None, initial={"key": f"desk:{uuid4()}"})
    day = today(utc_now())
    form.fields["benefit"].choices = [(view.code, view.name) for view in of_benefits.benefit_views(day, day)]  # type: ignore[attr-defined]

    def do() -> None:
        told = form.cleaned_data
        last = told["until_day"]
        until = datetime.combine(min(last, FOR_EVER), time.max, business().zone) if last else None
        gift = BenefitGift(member.id, told["benefit"], told["key"], told["because"], until, told["times"])
        grant_benefit(request.viewer.actor, [gift], utc_now())

    return _ask(request, member, form, do, _("Give a benefit"), help=_named(member), button=_("Give"))


@requires("membership.edit")
def take_back(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    member = seen(request, public_id)
    form = ReasonForm(request.POST or None, initial={"key": "-"})
    known = {grant.id for grant in of_benefits.grants(request.viewer.scope, utc_now(), member=member.id)}

    def do() -> None:
        revoke_benefit(request.viewer.actor, pk if pk in known else 0, form.cleaned_data["because"], utc_now())

    return _ask(request, member, form, do, _("Take a benefit back"), button=_("Take back"))


@requires("membership.edit")
def let_try(request: PageRequest, public_id: str, code: str) -> HttpResponse:
    member = seen(request, public_id)
    form = ReasonForm(request.POST or None, initial={"key": f"desk:{uuid4()}", "because": gettext("asked for it")})

    def do() -> None:
        told = form.cleaned_data
        try_benefit(request.viewer.actor, BenefitTrial(member.id, code, told["key"], told["because"]), utc_now())

    return _ask(request, member, form, do, gettext("Let try “%(name)s”") % {"name": _benefit_name(code)}, button=_("Begin the trial"))


@requires("membership.edit")
def sell(request: PageRequest, public_id: str) -> HttpResponse:
    member = seen(request, public_id)
    form = SellForm(request.POST or None, initial={"key": f"desk:{uuid4()}"})
    found = of_plans.member_plan(member.id, utc_now())
    names = of_plans.plan_names()
    form.fields["plan"].choices = [  # type: ignore[attr-defined]
        (one.plan, f"{names.get(one.plan, one.plan)} · {money(one.to_pay_minor)}") for one in found.switches
    ]

    def do() -> None:
        told = form.cleaned_data
        payment = PlanPayment(
            member.id, told["plan"], told["amount_minor"], told["key"], told["because"], told["is_trial"], told["auto_renew"]
        )
        pay_plan(request.viewer.actor, [payment], utc_now())

    credit = next((one.credit_minor for one in found.switches if one.credit_minor), 0)
    help = gettext("The rest of the present plan is worth %(credit)s.") % {"credit": money(credit)} if credit else _named(member)
    return _ask(request, member, form, do, _("Enter a payment"), help=help, button=_("Enter it"))


@requires("membership.edit")
def cancel(request: PageRequest, public_id: str) -> HttpResponse:
    member = seen(request, public_id)
    form = ReasonForm(request.POST or None, initial={"key": f"desk:{uuid4()}"})

    def do() -> None:
        told = form.cleaned_data
        cancel_plan(request.viewer.actor, [PlanCancel(member.id, told["key"], told["because"])], utc_now())

    help = _("The plan runs to the end of its paid days and is not renewed; nothing is paid back.")
    return _ask(request, member, form, do, _("Cancel the plan"), help=help, button=_("Cancel it"))


@requires("membership.edit")
def resume(request: PageRequest, public_id: str) -> HttpResponse:
    member = seen(request, public_id)
    form = ReasonForm(request.POST or None, initial={"key": f"desk:{uuid4()}"})

    def do() -> None:
        told = form.cleaned_data
        resume_plan(request.viewer.actor, [PlanCancel(member.id, told["key"], told["because"])], utc_now())

    return _ask(request, member, form, do, _("Resume the plan"), button=_("Resume it"))


@requires("membership.edit")
def refund(request: PageRequest, public_id: str) -> HttpResponse:
    """What the policy gives back stands above the form; a smaller or larger sum takes its part of the days."""
    member = seen(request, public_id)
    form = RefundForm(request.POST or None, initial={"key": f"desk:{uuid4()}"})
    quote = of_plans.member_plan(member.id, utc_now()).refund

    def do() -> None:
        told = form.cleaned_data
        ask = PlanRefund(member.id, told["key"], told["because"], told["amount_minor"], ends=told["ends"])
        refund_plan(request.viewer.actor, [ask], utc_now())

    help: Any = _("No paid days are left.")
    if quote is not None:
        words = gettext("%(days)s days are left, worth %(value)s; benefits used: %(used)s. By the policy %(amount)s goes back.")
        figures = {"value": money(quote.value_minor), "used": money(quote.used_minor), "amount": money(quote.amount_minor)}
        help = words % {"days": quote.days_left, **figures}
    return _ask(request, member, form, do, _("Refund the plan"), help=help, button=_("Refund it"))


def _ask(request: PageRequest, member: MemberView, form: Form, do: Any, title: Any, *, help: Any = "", button: Any = "") -> HttpResponse:
    back = reverse("member-benefits", args=[member.public_id])
    return answered(request, form, do, title=title, help=help, button=button, back=back, done=_("Done."))


def _named(member: MemberView) -> str:
    return member.nickname or member.public_id


def _benefit_name(code: str) -> str:
    versions = of_benefits.versions_of(code)
    return versions[0].name if versions else kind_title(code)
