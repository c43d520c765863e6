"""What is wrong with a definition: each fault with the place it lies at, so that an editor can say it beside the field."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from siyu.facts.filters import FilterError
from siyu.facts.filters import check as check_filter
from siyu.lib.words import gettext_noop

from .definition import Definition
from .formulas import Fixed, Multiply, OfRule, PerAmount, Tiered
from .formulas.amounts import fits_times
from .programme import ORDER_PAID
from .terms import MAX_DAYS, MAX_MONTHS, AfterFact, AfterReceipt, is_in_vain, is_sound

MAX_WHERE = 20_000  # characters of a filter written as JSON


class Finding(NamedTuple):
    """`at` names the place ("conditions.2", "formula"), `code` and `words` are what a Refusal says."""

    at: str
    code: str
    words: str
    values: dict[str, Any] = {}


def faults(definition: Definition) -> Iterator[Finding]:
    """Everything that is wrong, in the order of an editor's fields."""
    yield from _trigger(definition)
    yield from _conditions(definition)
    yield from _formula(definition)
    yield from _terms(definition)


def _trigger(definition: Definition) -> Iterator[Finding]:
    if definition.trigger == "tier.changed":
        yield Finding("trigger", "earn_rule.trigger", gettext_noop("a change of tier is the programme's own answer and cannot earn"))
    if isinstance(definition.matures, AfterReceipt) and definition.trigger != ORDER_PAID and definition.gives:
        words = gettext_noop("only %(name)s can wait for the receipt of its order")
        yield Finding("matures", "earn_rule.trigger", words, {"name": ORDER_PAID})


def _conditions(definition: Definition) -> Iterator[Finding]:
    try:
        check_filter(definition.where)
    except FilterError as error:
        words = gettext_noop("the definition cannot be read: %(fault)s")
        yield Finding("where", "earn_rule.definition", words, {"fault": error})
    kinds = set()
    for place, condition in enumerate(definition.conditions):
        if (fault := condition.fault()) is not None:
            yield Finding(f"conditions.{place}", "earn_rule.condition", fault)
        kind = type(condition)
        if kind in kinds:
            yield Finding(f"conditions.{place}", "earn_rule.condition", gettext_noop("a kind of condition is used once in a rule"))
        kinds.add(kind)


def _formula(definition: Definition) -> Iterator[Finding]:
    formula = definition.formula
    if isinstance(formula, PerAmount) and not formula.property:
        yield Finding("formula", "earn_rule.definition", gettext_noop("name the property that holds the amount"))
    if isinstance(formula, OfRule | Multiply) and not fits_times(formula.times):
        yield Finding("formula", "earn_rule.times", gettext_noop("a multiple is above 0 and at most 100, with three decimals"))
    if isinstance(formula, Tiered):
        starts = [step.from_minor for step in formula.steps]
        if starts != sorted(set(starts)):
            yield Finding("formula", "earn_rule.steps", gettext_noop("each step begins above the one before it"))
        if not any(step.points for step in formula.steps):
            yield Finding("formula", "earn_rule.steps", gettext_noop("no step gives anything"))
    is_of_orders = not isinstance(formula, Fixed | PerAmount | OfRule | Multiply)
    if is_of_orders and not definition.trigger.startswith(("order.", "cart.", "product.")):
        yield Finding("formula", "earn_rule.formula", gettext_noop("this formula needs a fact with amounts or lines, such as order.paid"))
    if isinstance(formula, Multiply) and (definition.budget or definition.caps.limits() or definition.approval_above is not None):
        yield Finding(
            "formula",
            "earn_rule.formula",
            gettext_noop("a campaign gives nothing itself: caps and budgets stand in the rules it multiplies"),
        )


def _terms(definition: Definition) -> Iterator[Finding]:
    days = [definition.matures.days] if isinstance(definition.matures, AfterFact | AfterReceipt) else []
    if not is_sound(definition.expires):
        words = gettext_noop("value expires after some days, or after 1 to %(limit)s months")
        yield Finding("expires", "earn_rule.days", words, {"limit": MAX_MONTHS})
    if is_in_vain(definition.matures, definition.expires):
        yield Finding("expires", "earn_rule.days", gettext_noop("it would expire before it could be used"))
    if not all(0 <= value <= MAX_DAYS for value in days):
        yield Finding("matures", "earn_rule.days", gettext_noop("a number of days lies between 0 and %(limit)s"), {"limit": MAX_DAYS})
