"""All the forms of one rule together: from what is stored or posted to a definition, and each fault back beside its field."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext

from siyu.lib.refusal import Refusal

from ...rules.checking import faults
from ...services.earn_rules import read_definition
from .conditions import KINDS, ConditionForm, condition_forms
from .formulas import FORMULAS, FormulaForm
from .parts import BasicsForm, BudgetForm, LimitsForm, TermsForm, WhereForm

MAX_CONDITIONS = 20
_PLACES = {"trigger": ("basics", "trigger"), "matures": ("terms", "matures_days"), "expires": ("terms", "expires_days")}


class RuleForms:
    """`conditions` are (number, form) in order. With `posted`, `is_valid` and `definition` read what was typed."""

    def __init__(self, posted: QueryDict | None = None, stored: dict[str, Any] | None = None, *, code: str = "", name: str = "") -> None:
        self.posted = posted
        stored = stored if stored is not None else {}
        kind = str(posted.get("formula", "")) if posted is not None else stored.get("formula", {}).get("kind", "")
        self.kinds = _posted_kinds(posted) if posted is not None else list(enumerate(c["kind"] for c in stored.get("conditions", ())))
        self.numbers = [number for number, _ in self.kinds]
        basics = {"name": name, "code": code, "formula": kind or "per_amount"}
        basics |= {key: stored[key] for key in ("trigger", "unit") if key in stored}
        formula = FORMULAS.get(kind) or FORMULAS["per_amount"]
        self.basics = BasicsForm(posted, initial=basics)
        self.formula: FormulaForm = formula(posted, prefix="f", initial=formula.initial_of(stored.get("formula", {})))
        self.where = WhereForm(posted, prefix="w", initial=WhereForm.initial_of(stored.get("where", {})))
        self.limits = LimitsForm(posted, prefix="l", initial=LimitsForm.initial_of(stored.get("caps", {})))
        self.budget = BudgetForm(posted, prefix="b", initial=BudgetForm.initial_of(stored))
        self.terms = TermsForm(posted, prefix="t", initial=TermsForm.initial_of(stored))
        self.conditions: list[ConditionForm] = list(
            condition_forms(self.kinds, posted, typed=self.numbers)
            if posted is not None
            else condition_forms(self.kinds, stored=list(stored.get("conditions", ())))
        )

    @property
    def parts(self) -> list[forms.Form]:
        return [self.basics, self.formula, self.where, self.limits, self.budget, self.terms, *self.conditions]

    @property
    def has_limits(self) -> bool:
        """Whether a cap is set, so that the page opens that part."""
        return any(value not in (None, "", "keep") for name, value in self.limits.initial.items())

    @property
    def has_filter(self) -> bool:
        """Whether properties are filtered, so that the page opens that part."""
        return any(value for name, value in self.where.initial.items() if not name.startswith("op_")) or bool(self.where.errors)

    @property
    def hidden_parts(self) -> list[forms.Form]:
        """Parts that mean nothing for a campaign; they travel with the form."""
        return [self.terms, self.limits, self.budget]

    @property
    def numbered(self) -> list[tuple[int, ConditionForm]]:
        return list(zip(self.numbers, self.conditions, strict=True))

    def is_valid(self) -> bool:
        """Whether all fields can be read and the rule has no fault; faults stand beside their fields."""
        is_readable = all([form.is_valid() for form in self.parts])
        return is_readable and self._says_what_can_be()

    def definition(self) -> dict[str, Any]:
        """What was typed as a definition; `is_valid` has been asked before."""
        told = self.basics.cleaned_data
        return {
            "trigger": told["trigger"].strip(),
            "unit": told["unit"],
            "formula": self.formula.definition(),
            "where": self.where.definition(),
            "conditions": [form.definition() for form in self.conditions],
            "caps": self.limits.definition(),
            **self.budget.definition(),
            **self.terms.definition(),
        }

    def refuse(self, refusal: Refusal) -> None:
        """Say beside the name what a service refused."""
        field = {"earn_rule.code": "code", "earn_rule.name": "name", "earn_rule.trigger": "trigger"}.get(refusal.code)
        self.basics.add_error(field, forms.ValidationError(refusal.told(gettext), code=refusal.code))

    def reshaped(self, act: str, added: str) -> "RuleForms":
        """The same as typed, with a condition more or less, or another formula: nothing is judged yet."""
        kinds = list(self.kinds)
        if act == "add" and added in KINDS and len(kinds) < MAX_CONDITIONS:
            kinds.append((max(self.numbers, default=-1) + 1, added))
        if act.startswith("remove:"):
            kinds = [(number, kind) for number, kind in kinds if str(number) != act.removeprefix("remove:")]
        shaped = RuleForms(self.posted)
        shaped.kinds, shaped.numbers = kinds, [number for number, _ in kinds]
        for name in ("basics", "formula", "where", "limits", "budget", "terms"):
            setattr(shaped, name, _unjudged(getattr(shaped, name)))
        shaped.conditions = [_unjudged(form) for form in condition_forms(kinds, self.posted, typed=self.numbers)]
        return shaped

    def _says_what_can_be(self) -> bool:
        try:
            definition = read_definition(self.definition())
        except Refusal as refusal:
            self.refuse(refusal)
            return False
        found = list(faults(definition))
        for fault in found:
            words = gettext(fault.words) % fault.values if fault.values else gettext(fault.words)
            form, field = self._place(fault.at)
            form.add_error(field, forms.ValidationError(words, code=fault.code))
        return not found

    def _place(self, at: str) -> tuple[forms.Form, str | None]:
        if at.startswith("conditions."):
            return self.conditions[int(at.removeprefix("conditions."))], None
        if at in _PLACES:
            part, field = _PLACES[at]
            return getattr(self, part), field
        return {"formula": self.formula, "where": self.where}.get(at, self.basics), None


def _posted_kinds(posted: QueryDict) -> list[tuple[int, str]]:
    """Numbers and kinds of the conditions on the page, from its hidden fields "3:amount"."""
    kinds = []
    for told in posted.getlist("condition")[:MAX_CONDITIONS]:
        number, _, kind = told.partition(":")
        if number.isdecimal() and len(number) < 6 and kind in KINDS:
            kinds.append((int(number), kind))
    return kinds


def _unjudged(form: Any) -> Any:
    """The form as it was filled in, without its errors."""
    if not form.is_bound:
        return form
    typed = {name: field.widget.value_from_datadict(form.data, {}, form.add_prefix(name)) for name, field in form.fields.items()}
    return type(form)(prefix=form.prefix, initial={**form.initial, **typed})
