"""What waits for a person: earnings above the limit of their rule."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied
from siyu.members import queries as members
from siyu.merchant.access import PageRequest, requires

from ... import queries
from ...queries.rules import ApprovalView
from ...services import approve_earnings, reject_earnings
from .frame import tabs
from .words import APPROVAL_STATES

DECIDED = 50


class DecisionForm(Form):
    decision = forms.ChoiceField(
        label=_("Decision"), choices=(("approve", _("Approve")), ("reject", _("Reject"))), widget=forms.RadioSelect
    )
    because = forms.CharField(label=_("Reason"), max_length=500, required=False, help_text=_("Needed to reject"))


@requires("loyalty.view")
def approvals(request: PageRequest) -> HttpResponse:
    waiting = queries.approvals(request.viewer.scope)
    decided = queries.approvals(request.viewer.scope, waiting=False, limit=DECIDED)
    context = {
        "title": _("Approvals"),
        "tabs": tabs(request, "earn-approvals"),
        "waiting": [_row(request, one) for one in waiting],
        "decided": [_row(request, one) for one in decided],
    }
    return render(request, "loyalty/approvals.html", context)


@requires("loyalty.approve")
def decide(request: PageRequest, pk: int) -> HttpResponse:
    found = next((one for one in queries.approvals(request.viewer.scope) if one.id == pk), None)
    if found is None:
        raise Http404
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and applied(form, lambda: _decided(request, pk, form.cleaned_data)):
        messages.success(request, gettext("Decided."))
        return redirect("earn-approvals")
    help = gettext("%(points)s points by “%(rule)s”.") % {"points": f"{found.remaining:,}", "rule": found.rule_shown}
    context = {"title": _("Decide an earning"), "help": help, "form": form, "cancel_url": reverse("earn-approvals")}
    return render(request, "web/form.html", context)


def _decided(request: PageRequest, pk: int, told: dict[str, Any]) -> None:
    if told["decision"] == "approve":
        approve_earnings(request.viewer.actor, [pk], now=utc_now())
    else:
        reject_earnings(request.viewer.actor, [pk], because=told["because"], now=utc_now())


def _row(request: PageRequest, one: ApprovalView) -> tuple[ApprovalView, Any, Any]:
    return one, members.member(one.member_id, request.viewer.scope), APPROVAL_STATES[one.state]
