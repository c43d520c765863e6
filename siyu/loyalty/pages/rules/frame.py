"""What these pages share: tabs, today, one rule's versions."""

from datetime import date

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.parts import Tab
from siyu.merchant.access import PageRequest
from siyu.merchant.queries import today

from ... import queries
from ...queries.rules import DraftView, RuleView


def tabs(request: PageRequest, active: str) -> list[Tab]:
    waiting = len(queries.approvals(request.viewer.scope))
    return [
        Tab(_("Rules"), reverse("earn-rules"), active == "earn-rules"),
        Tab(_("Approvals"), reverse("earn-approvals"), active == "earn-approvals", count=waiting or None),
        Tab(_("Paying with points"), reverse("payment-terms"), active == "payment-terms"),
    ]


def this_day() -> date:
    """The merchant's business day of now."""
    return today(utc_now())


def versions_or_404(code: str) -> list[RuleView]:
    """A rule's versions, the newest first."""
    versions = [rule for rule in queries.earn_rules() if rule.code == code]
    if not versions:
        raise Http404
    return versions


def draft_of(code: str) -> DraftView | None:
    return next((draft for draft in queries.rule_drafts() if draft.code == code), None)


def in_force(versions: list[RuleView], day: date) -> RuleView | None:
    """The version that a fact of the day earns by, of versions newest first."""
    begun = next((rule for rule in versions if rule.from_day <= day), None)
    return begun if begun is not None and begun.state(day) == "running" else None
