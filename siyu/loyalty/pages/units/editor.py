"""Units in a list, with their terms in words; and the form that publishes a unit's next version."""

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
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today

from ...queries.naming import kept
from ...queries.units import UnitView, unit_versions, units_on
from ...rules.terms import MAX_DAYS, MAX_MONTHS, After, Inactivity, Never, YearEnd
from ...rules.units import Lost, Original, Plus, Terms
from ...services import define_unit
from ..values import MoneyField
from .words import ENDS, KINDS, REFUNDS, SPANS, sentences

FORMS = (
    ("never", _("for ever")),
    ("after", _("for some time")),
    ("year_end", _("to the end of a year")),
    ("inactivity", _("until some time passed without earning or spending")),
)
RESTORES = (("lost", _("it is lost")), ("original", _("it expires at once")), ("plus", _("it may be used for some days more")))
START_OF_DAY = ("start_of_day", _("the beginning of the last day"))


def _number(label: Any, limit: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=limit, required=False, **more)


class UnitForm(Form):
    """Terms of a unit; what the form does not show (the order of spending) is kept."""

    code = forms.CharField(label=_("Code"), max_length=100, help_text=_("Small letters, digits and underscores; it stays"))
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Members see it in their ledger"))
    expires = forms.ChoiceField(label=_("Valid"), choices=FORMS)
    days = _number(_("Days"), MAX_DAYS)
    weeks = _number(_("Weeks"), MAX_DAYS // 7)
    months = _number(_("Months"), MAX_MONTHS)
    years = _number(_("Years"), MAX_MONTHS // 12, help_text=_("At the end of a year: 1 is the year itself"))
    until = forms.ChoiceField(label=_("To the end of"), choices=(*ENDS, START_OF_DAY))
    month = forms.IntegerField(label=_("The year ends with month"), min_value=1, max_value=12, required=False, initial=12)
    refunds = forms.ChoiceField(label=_("When an order is refunded"), choices=REFUNDS)
    worth_amount = _number(_("So many"), 10**9)
    worth_minor = MoneyField(label=_("are worth, off a refund"))
    restores = forms.ChoiceField(label=_("What comes back after its end"), choices=RESTORES)
    restores_days = _number(_("Days more"), MAX_DAYS)
    may_transfer = forms.BooleanField(label=_("May be sent to others"), required=False)
    may_owe = forms.BooleanField(label=_("A correction may leave a debt"), required=False)
    approve_above = _number(_("A second person approves corrections above"), 10**15, help_text=_("Empty: none needs one"))
    from_day = forms.DateField(label=_("It holds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def terms(self, before: Terms) -> dict[str, Any]:
        told = self.cleaned_data
        restores: dict[str, Any] = {"kind": told["restores"]}
        if told["restores"] == "plus":
            restores["days"] = told["restores_days"] or 0
        return {
            "expires": self._expires(),
            "refunds": told["refunds"],
            "restores": restores,
            "worth": {"amount": told["worth_amount"] or 1, "minor": told["worth_minor"] or 1},
            "may_transfer": told["may_transfer"],
            "may_owe": told["may_owe"],
            "approve_above": told["approve_above"],
            "spends": list(before.spends),
        }

    def _expires(self) -> dict[str, Any]:
        told = self.cleaned_data
        span = {name: told[name] or 0 for name in SPANS}
        match told["expires"]:
            case "after":
                is_start = told["until"] == START_OF_DAY[0]
                return {"kind": "after", **span, **({"until_start_of": "day"} if is_start else {"until_end_of": told["until"]})}
            case "year_end":
                return {"kind": "year_end", "number": told["years"] or 1, "month": told["month"] or 12}
            case "inactivity":
                return {"kind": "inactivity", "days": span["days"] + 7 * span["weeks"], "months": span["months"] + 12 * span["years"]}
            case _:
                return {"kind": "never"}


@requires("loyalty.view")
def units(request: PageRequest) -> HttpResponse:
    """Every unit with the terms in force today, and those announced."""
    day = today(utc_now())
    rows = [(one, sentences(one.terms), KINDS.get(one.kind, (one.kind, "secondary")), _next(one)) for one in units_on(day)]
    return render(request, "loyalty/units.html", {"title": _("Units of value"), "rows": rows})


@requires("loyalty.edit")
def edit_unit(request: PageRequest, code: str = "") -> HttpResponse:
    """Publish the next version of a unit, or a new one."""
    newest = next(iter(unit_versions(code)), None) if code else None
    if code and newest is None:
        raise Http404
    before = newest.terms if newest is not None else Terms()
    form = UnitForm(request.POST or None, initial=_initial(newest, before))
    if code:
        form.fields["code"].disabled = True

    def publish() -> None:
        told = form.cleaned_data
        name = kept(code, newest.name, told["name"]) if newest is not None else told["name"]
        define_unit(request.viewer.actor, told["code"], name, form.terms(before), told["from_day"], now=utc_now())

    if request.method == "POST" and applied(form, publish):
        messages.success(request, gettext("The unit is published."))
        return redirect("units")
    title = gettext("Change “%(name)s”") % {"name": newest.shown} if newest is not None else gettext("New unit")
    help_ = _("A new version holds from its day on; what was earned before keeps the end that it was given.")
    return render(request, "web/form.html", {"title": title, "help": help_, "form": form, "cancel_url": reverse("units")})


def _next(shown: UnitView) -> UnitView | None:
    """A version that is announced and has not begun."""
    newest = unit_versions(shown.code)[0]
    return newest if newest.version > shown.version else None


def _initial(newest: UnitView | None, terms: Terms) -> dict[str, Any]:
    shown = {"code": newest.code, "name": newest.shown} if newest is not None else {}
    restores = terms.restores
    kinds = {Lost: "lost", Original: "original", Plus: "plus"}
    return {
        **shown,
        **_expiry(terms.expires),
        "refunds": terms.refunds,
        "worth_amount": terms.worth.amount,
        "worth_minor": terms.worth.minor,
        "restores": kinds[type(restores)],
        "restores_days": restores.days if isinstance(restores, Plus) else None,
        "may_transfer": terms.may_transfer,
        "may_owe": terms.may_owe,
        "approve_above": terms.approve_above,
        "from_day": today(utc_now()),
    }


def _expiry(expires: Never | After | YearEnd | Inactivity) -> dict[str, Any]:
    kinds = {Never: "never", After: "after", YearEnd: "year_end", Inactivity: "inactivity"}
    shown: dict[str, Any] = {"expires": kinds[type(expires)], "until": "day", "month": 12}
    if isinstance(expires, YearEnd):
        return shown | {"years": expires.number, "month": expires.month}
    shown |= {name: count for name in SPANS if (count := getattr(expires, name, 0))}
    if isinstance(expires, After):
        shown["until"] = START_OF_DAY[0] if expires.until_start_of else expires.until_end_of
    return shown
