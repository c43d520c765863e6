"""All earn rules: their state, dates, and what they gave in the last 30 days."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyu.facts.words import fact_title
from siyu.merchant.access import PageRequest, requires

from ... import queries
from ...queries.rules import Given, RuleView
from .frame import in_force, tabs, this_day
from .words import STATES, condition_titles, formula_title

DAYS = 30
NOTHING = Given(0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A rule in the list, by the version that counts today (or its next, or its draft)."""

    code: str
    name: str
    url: str
    state: tuple[str | Promise, str]
    version: int | None
    from_day: date | None
    until_day: date | None
    fact: str
    unit: str
    formula: str | Promise
    conditions: list[str | Promise]
    given: Given
    budget: int | None
    budget_used: int
    has_draft: bool


@requires("loyalty.view")
def earn_rules(request: PageRequest) -> HttpResponse:
    day = this_day()
    context = {
        "title": _("Earn rules"),
        "tabs": tabs(request, "earn-rules"),
        "rows": _rows(day),
        "days": DAYS,
        "is_whole": request.viewer.scope.is_whole,
    }
    return render(request, "loyalty/rules.html", context)


def _rows(day: date) -> list[Row]:
    given = queries.given_by_rule(day - timedelta(days=DAYS - 1), day)
    used = queries.budget_used(day)
    drafts = {draft.code: draft for draft in queries.rule_drafts()}
    rows = []
    for code, versions in groupby(queries.earn_rules(), key=lambda rule: rule.code):
        known = list(versions)
        rows.append(_row(_shown(known, day), day, given.get(code, NOTHING), used.get(code, (0, 0)), code in drafts))
    published = {row.code for row in rows}
    for draft in drafts.values():
        if draft.code not in published:
            url = reverse("earn-rule-edit", args=[draft.code])
            rows.append(_of_draft(draft.code, draft.shown, url, draft.definition))
    order = {title: place for place, (title, _) in enumerate(STATES.values())}
    return sorted(rows, key=lambda row: (order[row.state[0]], row.code))


def _shown(versions: list[RuleView], day: date) -> RuleView:
    return in_force(versions, day) or versions[0]


def _row(rule: RuleView, day: date, given: Given, used: tuple[int, int], has_draft: bool) -> Row:
    budget = rule.definition.get("budget") or {}
    return Row(
        code=rule.code,
        name=rule.shown,
        url=reverse("earn-rule", args=[rule.code]),
        state=STATES[rule.state(day)],
        version=rule.version,
        from_day=rule.from_day,
        until_day=rule.until_day,
        fact=fact_title(rule.definition["trigger"]),
        unit=rule.definition.get("unit", "points"),
        formula=formula_title(rule.definition),
        conditions=condition_titles(rule.definition),
        given=given,
        budget=budget.get("points"),
        budget_used=used[1] if budget.get("per") == "day" else used[0],
        has_draft=has_draft,
    )


def _of_draft(code: str, name: str, url: str, definition: dict) -> Row:
    return Row(
        code=code,
        name=name,
        url=url,
        state=STATES["draft"],
        version=None,
        from_day=None,
        until_day=None,
        fact=fact_title(definition.get("trigger", "")),
        unit=definition.get("unit", "points"),
        formula=formula_title(definition),
        conditions=condition_titles(definition),
        given=NOTHING,
        budget=None,
        budget_used=0,
        has_draft=True,
    )
