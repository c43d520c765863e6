"""Reads of earn rules: their versions and drafts, what they gave, what waits for approval, and the terms of paying with points."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from ..rules.payment import PaymentTerms
from .asking import rows_of
from .naming import Named, called

_sql = statements("siyu.loyalty", "queries_rules")
MAX_APPROVALS = 500


@dataclass(frozen=True, slots=True)
class RuleView(Named):
    """A version of an earn rule as it was published."""

    code: str
    version: int
    name: str
    definition: dict[str, Any]
    from_day: date
    until_day: date | None
    created_by: str
    created_at: datetime
    archived_at: datetime | None

    def state(self, day: date) -> str:
        """`planned`, `running` or `ended` on a day, of this version by itself."""
        if day < self.from_day:
            return "planned"
        return "ended" if self.until_day is not None and day > self.until_day else "running"


def naming(kind: str, number: int, day: date) -> list[str]:
    """Names of the earn rules that ask for an audience, on a day or later: `wiring.NAMERS`."""
    return [name for _, name in rows_of(_sql.naming, number=number, day=day)] if kind == "audience" else []


@dataclass(frozen=True, slots=True)
class DraftView(Named):
    """A rule being written."""

    code: str
    name: str
    definition: dict[str, Any]
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule gave in some days, and in how many earnings."""

    points: int
    times: int


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """An earning that waits for a person, or that somebody decided; `remaining` is what refunds and time left of `amount`."""

    id: int
    lot_id: int
    member_id: int
    amount: int
    remaining: int
    earned_at: datetime
    rule_code: str
    rule_name: str
    rule_version: int
    order_number: str
    state: str
    decided_by: str
    decided_at: datetime | None
    because: str

    @property
    def rule_shown(self) -> str:
        """What the reader calls the rule."""
        return called(self.rule_code, self.rule_name) or self.rule_code


@dataclass(frozen=True, slots=True)
class PaymentTermsView:
    """A version of the terms on which points pay."""

    version: int
    terms: PaymentTerms
    from_day: date
    created_by: str
    created_at: datetime


def earn_rules() -> list[RuleView]:
    """Every version of every earn rule, the newest of each first."""
    rules = []
    for code, version, name, definition, *rest in rows_of(_sql.rules):
        rules.append(RuleView(code, version, name, json.loads(definition), *rest))
    return rules


def rule_drafts() -> list[DraftView]:
    """Rules being written."""
    return [DraftView(code, name, json.loads(definition), by, at) for code, name, definition, by, at in rows_of(_sql.drafts)]


def given_by_rule(first: date, last: date) -> dict[str, Given]:
    """What each rule gave on these business days, refunds not counted."""
    rows = rows_of(_sql.given, begins=_first_key(first), ends=_first_key(last + timedelta(days=1)))
    return {code: Given(points, times) for code, points, times in rows}


def budget_used(day: date) -> dict[str, tuple[int, int]]:
    """What each rule with a budget used of it: in all, and on a day."""
    return {code: (total, of_day) for code, total, of_day in rows_of(_sql.budgets, day=day)}


def approvals(scope: Scope = WHOLE, *, waiting: bool = True, limit: int = MAX_APPROVALS) -> list[ApprovalView]:
    """Earnings of the people in a scope that wait (oldest first), or that were decided (newest first)."""
    rows = rows_of(_sql.approvals, waiting=waiting, limit=min(limit, MAX_APPROVALS), **scope.parameters())
    return [ApprovalView(*row) for row in rows]


def payment_terms() -> list[PaymentTermsView]:
    """Every version of the terms on which points pay, the newest first."""
    rows = rows_of(_sql.payment_terms)
    return [PaymentTermsView(version, msgspec.json.decode(text, type=PaymentTerms), *rest) for version, text, *rest in rows]


def payment_terms_on(day: date) -> PaymentTermsView | None:
    """The terms in force on a business day: those of the newest version that has begun; None when points do not pay yet."""
    return next((terms for terms in payment_terms() if terms.from_day <= day), None)


def fact_names(since: date) -> list[str]:
    """Names of facts that came since a day, the most frequent first."""
    return [row[0] for row in rows_of(_sql.fact_names, since=since)]


def _first_key(day: date) -> UUID:
    """The smallest key of an entry of a business day (rules.ledger.entry_key)."""
    return UUID(bytes=day.toordinal().to_bytes(4, "big") + bytes(12))
