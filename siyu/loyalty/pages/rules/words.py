"""Definitions in the operator's words: states, what a rule gives, what differs between two versions."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .conditions import KINDS
from .formulas import FORMULAS

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
    for part, title in PARTS.items():
        one, other = _said(before.get(part)), _said(after.get(part))
        if one != other:
            yield Difference(title, one or "—", other or "—")


def _said(value: Any) -> str:
    """A value in short: names and values, without what says nothing."""
    if value in (None, "", [], {}, False):
        return ""
    if isinstance(value, dict):
        return " · ".join(f"{name} {_said(inner)}" for name, inner in sorted(value.items()) if _said(inner))
    if isinstance(value, list | tuple):
        return "; ".join(_said(inner) for inner in value)
    return "✓" if value is True else str(value)
