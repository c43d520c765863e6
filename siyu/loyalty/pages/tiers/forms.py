"""The editor's forms: the terms of a track, its steps, and the announcement."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.forms import DayInput, Form

from ...queries import StepView, VersionView
from ...services import Step
from ...services.tier_checks import MAX_TIERS

UNITS = [
    ("growth", _("growth value held")),
    ("points", _("points earned")),
    ("spend", _("spending, net of refunds (minor units)")),
    ("orders", _("number of orders")),
    ("acts", _("number of acts")),
]
WINDOWS = [
    ("lifetime", _("for ever")),
    ("rolling", _("rolling days or months")),
    ("calendar", _("calendar period")),
    ("since_joining", _("years since joining")),
    ("since_entering", _("since entering the tier")),
]
SPANS = [("month", _("month")), ("quarter", _("quarter")), ("half", _("half-year")), ("year", _("year"))]
VALIDITIES = [("at_once", _("lost at once")), ("for", _("holds for days or months")), ("until_end_of", _("holds to the end of a period"))]
MIGRATIONS = [("at_once", _("at once on its day")), ("at_next", _("at their next judgement")), ("by_hand", _("by hand"))]


class TermsForm(Form):
    """What is measured, over which window, how long a tier holds and how it is lost."""

    name = forms.CharField(label=_("Name"), max_length=60)
    unit = forms.ChoiceField(label=_("What is measured"), choices=UNITS)
    window = forms.ChoiceField(label=_("Counted"), choices=WINDOWS)
    window_days = forms.IntegerField(label=_("Window: days"), min_value=0, max_value=3_660, required=False)
    window_months = forms.IntegerField(label=_("Window: months"), min_value=0, max_value=120, required=False)
    window_span = forms.ChoiceField(label=_("Window: period"), choices=SPANS, required=False)
    valid = forms.ChoiceField(label=_("Validity"), choices=VALIDITIES)
    valid_days = forms.IntegerField(label=_("Validity: days"), min_value=0, max_value=3_660, required=False)
    valid_months = forms.IntegerField(label=_("Validity: months"), min_value=0, max_value=120, required=False)
    valid_span = forms.ChoiceField(label=_("Validity: period"), choices=SPANS, required=False)
    valid_more = forms.IntegerField(label=_("Validity: periods more"), min_value=0, max_value=10, required=False)
    grace_days = forms.IntegerField(label=_("Days of grace"), min_value=0, max_value=366, required=False)
    downgrade = forms.ChoiceField(label=_("Lowered"), choices=[("by_balance", _("by what counts")), ("one_down", _("one level"))])
    gifts = forms.ChoiceField(
        label=_("Gifts of a tier"),
        choices=[("once", _("once for ever")), ("each_year", _("once a year")), ("each_time", _("each time"))],
    )

    def terms(self) -> dict[str, Any]:
        """The terms as the service reads them."""
        data = self.cleaned_data
        windows: dict[str, dict[str, Any]] = {
            "rolling": {"days": data["window_days"] or 0, "months": data["window_months"] or 0},
            "calendar": {"span": data["window_span"] or "year"},
        }
        valid: dict[str, dict[str, Any]] = {
            "for": {"days": data["valid_days"] or 0, "months": data["valid_months"] or 0},
            "until_end_of": {"span": data["valid_span"] or "year", "more": data["valid_more"] or 0},
        }
        return {
            "unit": data["unit"],
            "window": {"kind": data["window"], **windows.get(data["window"], {})},
            "valid": {"kind": data["valid"], **valid.get(data["valid"], {})},
            "grace_days": data["grace_days"] or 0,
            "downgrade": data["downgrade"],
            "gifts": data["gifts"],
        }


class StepForm(forms.Form):
    """One step; a row without a code is left out."""

    code = forms.CharField(label=_("Code"), max_length=40, required=False)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    threshold = forms.IntegerField(label=_("Reached from"), min_value=0, required=False)
    keep = forms.IntegerField(label=_("Kept down to"), min_value=0, required=False)
    multiplier = forms.DecimalField(label=_("Points ×"), min_value=0, max_digits=6, decimal_places=3, required=False)
    points = forms.IntegerField(label=_("Gift: points"), min_value=0, required=False)
    growth = forms.IntegerField(label=_("Gift: growth"), min_value=0, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-control px-2", "aria-label": field.label}

    def step(self) -> Step | None:
        data = self.cleaned_data
        if not data.get("code"):
            return None
        gifts = tuple((unit, data[unit]) for unit in ("points", "growth") if data.get(unit))
        multiplier = data["multiplier"] if data["multiplier"] is not None else Decimal(1)
        return Step(data["code"], data["name"] or "", data["threshold"] or 0, multiplier, data["keep"], gifts)


StepForms = forms.formset_factory(StepForm, extra=3, max_num=MAX_TIERS, validate_max=True)


class AnnounceForm(Form):
    """When the draft begins, and how members come over."""

    from_day = forms.DateField(label=_("In force from"), widget=DayInput(), required=False)
    notice_days = forms.IntegerField(label=_("Days of notice"), min_value=0, max_value=366, initial=7, required=False)
    migration = forms.ChoiceField(label=_("Members come over"), choices=MIGRATIONS, required=False)


def initial_terms(version: VersionView | None) -> dict[str, Any]:
    """The form's values for a version."""
    if version is None:
        return {"valid_months": 12, "window_span": "year", "valid_span": "year"}
    terms = version.terms
    window, valid = terms.get("window", {"kind": "lifetime"}), terms.get("valid", {"kind": "at_once"})
    values = {"name": version.name or version.track, "window": window["kind"], "valid": valid["kind"]}
    values |= {f"window_{name}": window[name] for name in ("days", "months", "span") if name in window}
    values |= {f"valid_{name}": valid[name] for name in ("days", "months", "span", "more") if name in valid}
    return values | {name: terms[name] for name in ("unit", "grace_days", "downgrade", "gifts") if name in terms}


def initial_steps(steps: list[StepView]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "name": one.shown, "threshold": one.threshold, "keep": one.keep, "multiplier": one.multiplier, **dict(one.gifts)}
        for one in steps
    ]
