"""The parts of the editor that every rule has: what earns, the filter of properties, limits, and terms of the value earned."""

import json
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.forms import Form

from ...rules.definition import UNCAPPED, Budget
from ..values import PointsField
from .formulas import KINDS

PERIODS = (("day", _("a day")), ("week", _("a week")), ("month", _("a month")), ("year", _("a year")), ("ever", _("ever")))
ON_REVERSAL = (("keep", _("stays used")), ("give_back", _("may be given again")))
ROWS = 4
OPS = (
    ("eq", "="),
    ("ne", "≠"),
    ("gte", "≥"),
    ("lte", "≤"),
    ("gt", ">"),
    ("lt", "<"),
    ("contains", _("contains")),
    ("starts_with", _("begins with")),
    ("exists", _("is told")),
    ("absent", _("is not told")),
)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


class BasicsForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Members see it in their ledger"))
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and underscores; it stays"))
    trigger = forms.CharField(
        label=_("Triggering fact"),
        max_length=200,
        initial="order.paid",
        widget=forms.TextInput(attrs={"list": "fact-names", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label=_("It earns"), choices=(("points", _("Points")), ("growth", _("Growth value"))))
    formula = forms.ChoiceField(label=_("Formula"), choices=KINDS)


class WhereForm(Form):
    """A filter of properties as rows that must all hold; one that is more than that is kept as it is (`kept`)."""

    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for number in range(ROWS):
            self.fields[f"property_{number}"] = forms.CharField(label=_("Property"), max_length=200, required=False)
            self.fields[f"op_{number}"] = forms.ChoiceField(label=_("Comparison"), choices=OPS, required=False)
            self.fields[f"value_{number}"] = forms.CharField(label=_("Value"), max_length=1_000, required=False)

    def clean_kept(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.cleaned_data["kept"] or "{}")
        except ValueError:
            kept = {}
        return kept if isinstance(kept, dict) else {}

    def definition(self) -> dict[str, Any]:
        told = self.cleaned_data
        leaves = []
        for number in range(ROWS):
            property, op, value = told[f"property_{number}"], told[f"op_{number}"], told[f"value_{number}"]
            if property:
                leaf = {"property": property, "op": op or "eq"}
                leaves.append(leaf if op in ("exists", "absent") else leaf | {"value": _plain(value)})
        if told["kept"]:
            return {"all": [told["kept"], *leaves]} if leaves else told["kept"]
        return {"all": leaves} if len(leaves) > 1 else leaves[0] if leaves else {}

    @staticmethod
    def initial_of(where: dict[str, Any]) -> dict[str, Any]:
        leaves = where.get("all", [where] if "property" in where else [])
        is_flat = len(leaves) <= ROWS and all("property" in leaf and not isinstance(leaf.get("value"), list) for leaf in leaves)
        if not where or not is_flat:
            return {"kept": json.dumps(where, ensure_ascii=False) if where else ""}
        shown: dict[str, Any] = {}
        for number, leaf in enumerate(leaves):
            shown |= {f"property_{number}": leaf["property"], f"op_{number}": leaf["op"], f"value_{number}": _shown(leaf.get("value", ""))}
        return shown


class LimitsForm(Form):
    points_per_order = PointsField(label=_("Points for one fact"))
    points_per_day = PointsField(label=_("Points a day"))
    points_per_week = PointsField(label=_("Points a week"))
    points_per_month = PointsField(label=_("Points a month"))
    points_per_year = PointsField(label=_("Points a year"))
    points_ever = PointsField(label=_("Points ever"))
    times_per_day = PointsField(label=_("Times a day"))
    times_per_week = PointsField(label=_("Times a week"))
    times_per_month = PointsField(label=_("Times a month"))
    times_per_year = PointsField(label=_("Times a year"))
    times_ever = PointsField(label=_("Times ever"))
    on_reversal = forms.ChoiceField(label=_("What a refund takes back"), choices=ON_REVERSAL)

    def definition(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value is not None}

    @staticmethod
    def initial_of(stored: dict[str, Any]) -> dict[str, Any]:
        return {"on_reversal": UNCAPPED.on_reversal, **stored}


class BudgetForm(Form):
    budget_points = PointsField(label=_("Budget for all members"))
    budget_per = forms.ChoiceField(label=_("Budget of"), choices=PERIODS, initial="ever")
    budget_on_reversal = forms.ChoiceField(label=_("What a refund takes back"), choices=ON_REVERSAL, initial="give_back")
    approval_above = PointsField(label=_("Approval above"), min_value=0, help_text=_("More points than that in one go wait for a person"))

    def definition(self) -> dict[str, Any]:
        told = self.cleaned_data
        budget = None
        if told["budget_points"] is not None:
            budget = {"points": told["budget_points"], "per": told["budget_per"], "on_reversal": told["budget_on_reversal"]}
        return {"budget": budget, "approval_above": told["approval_above"]}

    @staticmethod
    def initial_of(stored: dict[str, Any]) -> dict[str, Any]:
        budget = stored.get("budget") or {}
        preset = Budget(points=1)
        return {
            "budget_points": budget.get("points"),
            "budget_per": budget.get("per", preset.per),
            "budget_on_reversal": budget.get("on_reversal", preset.on_reversal),
            "approval_above": stored.get("approval_above"),
        }


class TermsForm(Form):
    tier_multiplier = forms.BooleanField(label=_("Times the multiplier of the tier held"), required=False)
    combine = forms.ChoiceField(
        label=_("Tier and campaigns"),
        choices=(("multiply", _("are multiplied")), ("highest", _("the highest holds")), ("add", _("what each adds is added"))),
    )
    matures = forms.ChoiceField(
        label=_("Available from"),
        choices=(
            ("immediately", _("at once")),
            ("days_after_fact", _("days after the fact")),
            ("after_receipt_days", _("days after the order's receipt")),
        ),
    )
    matures_days = forms.IntegerField(label=_("After days"), min_value=0, max_value=3_660, required=False)
    expires = forms.ChoiceField(
        label=_("Expires"),
        choices=(
            ("never", _("never")),
            ("after", _("after some time")),
            ("year_end", _("at the end of a year")),
            ("usual", _("as the unit says")),
        ),
    )
    expires_days = forms.IntegerField(label=_("Valid days"), min_value=0, max_value=3_660, required=False)
    expires_weeks = forms.IntegerField(label=_("Valid weeks"), min_value=0, max_value=520, required=False)
    expires_months = forms.IntegerField(label=_("Valid months"), min_value=0, max_value=120, required=False)
    expires_years = forms.IntegerField(
        label=_("Valid years"), min_value=0, max_value=10, required=False, help_text=_("At the end of a year: 1 is the year itself")
    )
    expires_until = forms.ChoiceField(
        label=_("To the end of"),
        choices=(
            ("day", _("the day")),
            ("week", _("the week")),
            ("month", _("the month")),
            ("year", _("the year")),
            ("instant", _("the same time of the day")),
        ),
        required=False,
    )
    expires_start_of = forms.CharField(required=False, widget=forms.HiddenInput)
    expires_month = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def definition(self) -> dict[str, Any]:
        told = self.cleaned_data
        matures: dict[str, Any] = {"kind": told["matures"]}
        if told["matures"] != "immediately":
            matures["days"] = told["matures_days"] or 0
        expires: dict[str, Any] = {"kind": told["expires"]}
        if told["expires"] == "after":
            lengths = {unit: told[f"expires_{unit}"] or 0 for unit in ("days", "weeks", "months", "years")}
            expires |= lengths | {"until_end_of": told["expires_until"] or "day", "until_start_of": told["expires_start_of"]}
        if told["expires"] == "year_end":
            expires |= {"number": told["expires_years"] or 1, "month": told["expires_month"] or 12}
        return {"tier_multiplier": told["tier_multiplier"], "combine": told["combine"], "matures": matures, "expires": expires}

    @staticmethod
    def initial_of(stored: dict[str, Any]) -> dict[str, Any]:
        matures, expires = stored.get("matures", {}), stored.get("expires", {})
        return {
            "tier_multiplier": stored.get("tier_multiplier", False),
            "combine": stored.get("combine", "multiply"),
            "matures": matures.get("kind", "immediately"),
            "matures_days": matures.get("days"),
            "expires": expires.get("kind", "never"),
            **{f"expires_{unit}": expires.get(unit) or None for unit in ("days", "weeks", "months")},
            "expires_years": expires.get("years") or expires.get("number"),
            "expires_until": expires.get("until_end_of", "day"),
            "expires_start_of": expires.get("until_start_of", ""),
            "expires_month": expires.get("month"),
        }


def _plain(value: str) -> Any:
    if value in ("true", "false"):
        return value == "true"
    if _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
