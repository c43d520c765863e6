"""Entries of points as a member reads them: a line for the list, a story for the page that says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from siyu.lib.web import formats
from siyu.loyalty.queries import Reason, earn_rules

from .words import Words, day_words, last_day, said, signed

FACTS: Words = {
    "order.paid": gettext_lazy("You paid an order"),
    "order.received": gettext_lazy("You received an order"),
    "order.refunded": gettext_lazy("An order was refunded"),
    "order.exchanged": gettext_lazy("An order was exchanged"),
    "order.closed": gettext_lazy("An order was closed"),
    "member.checked_in": gettext_lazy("You checked in"),
    "tier.changed": gettext_lazy("Your tier changed"),
    "product.reviewed": gettext_lazy("You reviewed a product"),
    "pool.joined": gettext_lazy("You joined"),
    "member.identified": gettext_lazy("You told us about yourself"),
}
KINDS: Words = {
    "earn": pgettext_lazy("entry", "Earned"),
    "grant": pgettext_lazy("entry", "Given"),
    "gift": pgettext_lazy("entry", "A gift of your tier"),
    "import": pgettext_lazy("entry", "Brought along"),
    "mature": pgettext_lazy("entry", "Now to spend"),
    "spend": pgettext_lazy("entry", "Spent"),
    "hold": pgettext_lazy("entry", "Set aside"),
    "capture": pgettext_lazy("entry", "Spent"),
    "void": pgettext_lazy("entry", "No longer set aside"),
    "time_out": pgettext_lazy("entry", "No longer set aside"),
    "give_back": pgettext_lazy("entry", "Given back"),
    "take_back": pgettext_lazy("entry", "Taken back"),
    "expire": pgettext_lazy("entry", "Expired"),
    "reverse_earn": pgettext_lazy("entry", "Taken back"),
    "settle": pgettext_lazy("entry", "Paid back what you owed"),
    "transfer": pgettext_lazy("entry", "Passed on"),
    "adjust": pgettext_lazy("entry", "Corrected by our staff"),
    "owe": pgettext_lazy("entry", "Owed after a correction"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list: `+32`, for what, and what to know about it. `tone` is plus, minus or nothing."""

    id: int
    amount: str
    tone: str
    title: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """Why an entry is there: steps of (title, sentence, when), the last of them the result."""

    id: int
    amount: str
    tone: str
    title: str
    unit: str
    steps: Sequence[tuple[str, str, datetime | None]]


def line_of(reason: Reason, today: date) -> Line:
    """An entry in one line."""
    return Line(reason.id, _amount(reason), _tone(reason), _title(reason, today), _note(reason, today), reason.posted_at)


def story_of(reason: Reason, today: date, unit: str) -> Story:
    """An entry with everything behind it; `unit` is what its value is called."""
    steps: list[tuple[str, str, datetime | None]] = [(_("What happened"), _cause(reason), reason.posted_at)]
    if rule := _rule(reason, unit):
        steps.append((_("By which rule"), rule, None))
    steps.append((_("What came of it"), _result(reason, today, unit), None))
    return Story(reason.id, _amount(reason), _tone(reason), _title(reason, today), unit, steps)


def _amount(reason: Reason) -> str:
    return signed(reason.change) if reason.change else formats.number(abs(reason.amount))


def _tone(reason: Reason) -> str:
    return "plus" if reason.change > 0 else "minus" if reason.change < 0 else ""


def _title(reason: Reason, today: date) -> str:
    if reason.order_number:
        day = {"day": day_words(reason.business_day, today)}
        titles = {
            "earn": _("For order of %(day)s") % day,
            "reverse_earn": _("Refund of an order, %(day)s") % day,
        }
        if reason.kind in titles:
            return titles[reason.kind]
    if reason.because:
        return reason.because
    if reason.kind == "earn":
        return reason.rule_shown or said(FACTS, reason.fact_name) or said(KINDS, "earn")
    return said(KINDS, reason.kind)


def _note(reason: Reason, today: date) -> str:
    notes = []
    if reason.kind in ("earn", "grant"):
        if reason.is_waiting:
            notes.append(
                _("available after %(day)s") % {"day": day_words(reason.available_at, today)}
                if reason.available_at
                else _("available some days after you receive the order")
            )
        if reason.expires_at:
            notes.append(_("use by %(day)s") % {"day": last_day(reason.expires_at, today)})
    elif _title(reason, today) != said(KINDS, reason.kind):
        notes.append(said(KINDS, reason.kind))
    return " · ".join(notes)


def _cause(reason: Reason) -> str:
    if not reason.fact_name:
        return reason.because or (_("Time passed") if reason.kind in ("mature", "expire", "time_out") else said(KINDS, reason.kind))
    happened = said(FACTS, reason.fact_name)
    return _("%(happened)s: %(number)s") % {"happened": happened, "number": reason.order_number} if reason.order_number else happened


def _rule(reason: Reason, unit: str) -> str:
    if reason.rule_version is None:
        return ""
    rule = next((one for one in earn_rules() if (one.code, one.version) == (reason.rule_code, reason.rule_version)), None)
    formula = formula_words(rule.definition.get("formula", {}), unit) if rule else ""
    name = reason.rule_shown
    return _("“%(name)s”: %(formula)s") % {"name": name, "formula": formula} if formula else _("“%(name)s”") % {"name": name}


def formula_words(formula: dict[str, Any], unit: str) -> str:
    """How a rule reckons, where one sentence says it."""
    points = formula.get("points")
    if formula.get("kind") == "per_amount" and points and formula.get("per_minor"):
        values = {"points": formats.number(points), "unit": unit, "amount": formats.money(formula["per_minor"])}
        return _("%(unit)s: %(points)s for every %(amount)s") % values
    if formula.get("kind") == "fixed" and points:
        return _("%(unit)s: %(points)s each time") % {"points": formats.number(points), "unit": unit}
    return ""


def _result(reason: Reason, today: date, unit: str) -> str:
    parts = [f"{said(KINDS, reason.kind)}: {_amount(reason)} {unit}"]
    if reason.kind == "earn" and reason.multiplier != 1:
        parts.append(_("your tier multiplies by %(factor)s") % {"factor": f"{reason.multiplier.normalize():f}"})
    if note := _note(reason, today):
        parts.append(note)
    return "; ".join(parts) if _is_english() else "；".join(parts)


def _is_english() -> bool:
    from django.utils.translation import get_language

    return not (get_language() or "").startswith("zh")
