"""The editor's form of each kind of formula."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.forms import Form

from ...queries import earn_rules
from ...rules.formulas.amounts import PLAIN
from ...rules.formulas.tiered import MAX_STEPS
from ..values import Choices, MoneyField, PointsField

STEPS = 6  # rows for steps that a new rule shows; a rule with more has a row for each of its own, and one to spare


class FormulaForm(Form):
    """`definition()` is what stands in a rule; `initial_of` what its fields show of one."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]

    def definition(self) -> dict[str, Any]:
        told = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        return {"kind": self.kind, **told}

    @classmethod
    def initial_of(cls, stored: dict[str, Any]) -> dict[str, Any]:
        return stored


class PerAmountForm(FormulaForm):
    kind, title = "per_amount", _("Points per amount")

    points = PointsField(label=_("Points"), required=True, initial=1)
    per_minor = MoneyField(label=_("For each"), required=True, initial=100)
    property = forms.CharField(label=_("Amount stands in"), initial="amount_minor", max_length=200)
    with_points_part = forms.BooleanField(label=_("What was paid with points earns too"), required=False)


class FixedForm(FormulaForm):
    kind, title = "fixed", _("Fixed points")

    points = PointsField(label=_("Points"), required=True, initial=10)


class TieredForm(FormulaForm):
    kind, title = "tiered", _("Steps by amount")

    mode = forms.ChoiceField(
        label=_("A step holds for"), choices=(("whole", _("the whole amount")), ("marginal", _("the part that lies in it")))
    )
    with_points_part = forms.BooleanField(label=_("What was paid with points earns too"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.rows = min(max(STEPS, self._named() + 1), MAX_STEPS + 1)
        for number in range(self.rows):
            self.fields[f"from_{number}"] = MoneyField(label=_("From amount"))
            self.fields[f"points_{number}"] = PointsField(label=_("Points"), min_value=0)
            self.fields[f"per_{number}"] = MoneyField(label=_("for each (empty: once)"))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        given = sum(told.get(f"from_{number}") is not None for number in range(self.rows))
        if not given and "from_0" not in self.errors:
            self.add_error("from_0", forms.ValidationError(_("Give at least one step"), code="steps.none"))
        if given > MAX_STEPS or self._named() > self.rows:  # a step that has no row would be lost in silence
            self.add_error(None, forms.ValidationError(_("At most %(limit)s steps") % {"limit": MAX_STEPS}, code="steps.too_many"))
        for number in range(self.rows):
            if told.get(f"from_{number}") is None and told.get(f"points_{number}") and f"from_{number}" not in self.errors:
                self.add_error(f"from_{number}", forms.ValidationError(_("From which amount on?"), code="steps.from"))
        return told

    def _named(self) -> int:
        """One more than the highest number of a step that was typed or is stored."""
        begin = f"{self.prefix}-from_" if self.prefix else "from_"
        told = (
            self.data
            if self.is_bound
            else {begin + name.removeprefix("from_"): self.initial[name] for name in self.initial if name[:5] == "from_"}
        )
        names = [name.removeprefix(begin) for name in told if name.startswith(begin) and told[name] not in ("", None)]
        return max((int(name) + 1 for name in names if name.isdecimal() and len(name) < 6), default=0)

    def definition(self) -> dict[str, Any]:
        told = self.cleaned_data
        steps = [
            {"from_minor": told[f"from_{n}"], "points": told[f"points_{n}"] or 0, "per_minor": told[f"per_{n}"] or 0}
            for n in range(self.rows)
            if told[f"from_{n}"] is not None
        ]
        return {"kind": self.kind, "mode": told["mode"], "with_points_part": told["with_points_part"], "steps": steps}

    @classmethod
    def initial_of(cls, stored: dict[str, Any]) -> dict[str, Any]:
        shown = {"mode": stored.get("mode"), "with_points_part": stored.get("with_points_part")}
        for number, step in enumerate(stored.get("steps", ())):
            shown |= {
                f"from_{number}": step["from_minor"],
                f"points_{number}": step["points"],
                f"per_{number}": step.get("per_minor", 100) or None,
            }
        return shown


class PerQuantityForm(FormulaForm):
    kind, title = "per_quantity", _("Points per piece")

    points = PointsField(label=_("Points"), required=True, initial=10)


class PerLineForm(FormulaForm):
    kind, title = "per_line", _("Points per line of the order")

    points = PointsField(label=_("Points"), required=True, initial=10)


class OfRuleForm(FormulaForm):
    kind, title = "of_rule", _("A multiple of another rule's points")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["rule"] = forms.ChoiceField(label=_("Rule"), choices=_rules())
        self.fields["times"] = _times(label=_("Times"), initial="0.5")

    def definition(self) -> dict[str, Any]:
        return super().definition() | {"times": str(self.cleaned_data["times"])}


class MultiplyForm(FormulaForm):
    kind, title = "multiply", _("Campaign: other rules give several times as much")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["times"] = _times(label=_("Times"), initial="2")
        self.fields["rules"] = Choices(_rules(), label=_("Rules"), help_text=_("None: all rules of the same fact and unit"))

    def definition(self) -> dict[str, Any]:
        return super().definition() | {"times": str(self.cleaned_data["times"])}


FORMULAS: dict[str, type[FormulaForm]] = {
    form.kind: form for form in (PerAmountForm, FixedForm, TieredForm, PerQuantityForm, PerLineForm, OfRuleForm, MultiplyForm)
}
KINDS = [(kind, form.title) for kind, form in FORMULAS.items()]


def _times(**named: Any) -> forms.DecimalField:
    return forms.DecimalField(max_digits=6, decimal_places=3, min_value=1 / PLAIN, max_value=100, **named)


def _rules() -> list[tuple[str, str]]:
    return list({rule.code: (rule.code, rule.shown) for rule in reversed(earn_rules())}.values())
