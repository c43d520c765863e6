"""Definitions in the operator's words: states, what a rule gives, what differs between two versions."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from siyu.facts.words import fact_title
from siyu.lib.web import formats

from ...queries.units import unit_names
from ...rules import Definition
from ...rules.terms import AfterFact, AfterReceipt, Maturity, Usual
from ..units.words import validity
from ..values import MoneyField
from .conditions import KINDS, ConditionForm
from .editor_forms import RuleForms
from .formulas import FORMULAS, FormulaForm
from .parts import OPS

Words = str | Promise
STATES: dict[str, tuple[Words, str]] = {
    "running": (_("In effect"), "green"),
    "planned": (_("Planned"), "blue"),
    "ended": (_("Ended"), "secondary"),
    "draft": (_("Draft"), "orange"),
}
APPROVAL_STATES: dict[str, tuple[Words, str]] = {
    "waiting": (_("Waiting for approval"), "orange"),
    "approved": (_("Approved"), "green"),
    "rejected": (_("Rejected"), "red"),
}
PARTS: dict[str, Words] = {
    "trigger": _("Triggering fact"),
    "unit": _("It earns"),
    "formula": _("Formula"),
    "where": _("Filter of properties"),
    "conditions": _("Conditions"),
    "caps": _("Caps"),
    "budget": _("Budget"),
    "approval_above": _("Approval above"),
    "tier_multiplier": _("Times the multiplier of the tier held"),
    "combine": _("Tier and campaigns"),
    "matures": _("Available from"),
    "expires": _("Expires"),
}


class Difference(NamedTuple):
    """One part of a definition that changed."""

    part: Words
    before: str
    after: str


def formula_title(definition: dict[str, Any]) -> Words:
    form = FORMULAS.get(definition.get("formula", {}).get("kind", ""))
    return form.title if form is not None else "—"


def condition_titles(definition: dict[str, Any]) -> list[Words]:
    return [KINDS[one["kind"]].title for one in definition.get("conditions", ()) if one.get("kind") in KINDS]


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    """Part by part what two definitions say otherwise; what is not said counts as its preset."""
    earlier, later = sentences(before), sentences(after)
    for part, title in PARTS.items():
        one, other = earlier.get(part, ""), later.get(part, "")
        if one != other:
            yield Difference(title, one or "—", other or "—")


def sentences(definition: dict[str, Any]) -> dict[str, str]:
    """Part → what a definition says of it, in the words of the editor; nothing of an empty one."""
    if not definition:
        return {}
    typed, read = RuleForms(stored=definition), msgspec.convert(definition, Definition)
    approval = definition.get("approval_above")
    return {
        "trigger": fact_title(read.trigger),
        "unit": unit_names().get(read.unit, read.unit),
        "formula": _titled(typed.formula, typed.formula.title),
        "where": _where(read.where),
        "conditions": gettext("; ").join(_titled(form, form.title) for form in typed.conditions),
        "caps": _fields(typed.limits) if typed.has_limits else "",
        "budget": _fields(typed.budget, "approval_above") if read.budget is not None else "",
        "approval_above": "" if approval is None else formats.number(approval),
        "tier_multiplier": "✓" if read.tier_multiplier else "",
        "combine": _value(typed.terms, "combine"),
        "matures": _matures(read.matures),
        "expires": _value(typed.terms, "expires") if isinstance(read.expires, Usual) else validity(read.expires),
    }


def _titled(form: FormulaForm | ConditionForm, title: Words) -> str:
    """`Points per amount (Points 1, For each ¥1.00)`."""
    fields = _fields(form)
    return gettext("%(title)s (%(fields)s)") % {"title": title, "fields": fields} if fields else str(title)


def _fields(form: Form, *left_out: str) -> str:
    """Labels and values of what a form holds, without presets that need not be said."""
    said = []
    for name, field in form.fields.items():
        value = form.initial.get(name)
        is_preset = value == field.initial and (name == "property" or not field.required)
        if name not in left_out and value not in (None, "", [], (), False) and not is_preset:
            said.append(str(field.label) if value is True else f"{field.label} {_value(form, name)}")
    return gettext(", ").join(said)


def _value(form: Form, name: str) -> str:
    """What a field holds, as the page says it."""
    field, value = form.fields[name], form.initial.get(name)
    if isinstance(field, MoneyField):
        return formats.money(value)
    titles = {str(key): str(title) for key, title in getattr(field, "choices", ())}
    if isinstance(value, list | tuple):
        return gettext(", ").join(titles.get(str(one), str(one)) for one in value)
    return titles.get(str(value), formats.number(value) if isinstance(value, int) else str(value))


def _matures(matures: Maturity) -> str:
    match matures:
        case AfterFact(days=days):
            return ngettext("%(days)s day after the fact", "%(days)s days after the fact", days) % {"days": days}
        case AfterReceipt(days=days):
            return ngettext("%(days)s day after the order's receipt", "%(days)s days after the order's receipt", days) % {"days": days}
    return gettext("at once")


def _where(where: dict[str, Any]) -> str:
    """A filter of properties: `channel = web`, joined by what must hold of them."""
    if "property" in where:
        return " ".join(filter(None, (where["property"], str(dict(OPS).get(where["op"], where["op"])), _told(where.get("value")))))
    joined = {"all": gettext(" and "), "any": gettext(" or ")}
    for how, word in joined.items():
        if how in where:
            return word.join(f"({_where(one)})" if one.keys() & joined.keys() else _where(one) for one in where[how])
    return gettext("not (%(filter)s)") % {"filter": _where(where["not"])} if "not" in where else ""


def _told(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
