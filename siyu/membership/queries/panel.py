"""What the console shows of one member's benefits and plan, in words: `membership/panel.html` draws it."""

from datetime import datetime
from typing import Any

from siyu.merchant.rules import Viewer

from ..holdings import this_day
from ..titles import SOURCES, STATES, TERM_KINDS
from . import benefits as of_benefits
from . import plans as of_plans

SHOWN = 20


def panel(member_id: int, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Plan, terms, benefits with what is left, what the next tier brings, grants and uses; and what this viewer may do."""
    plan = of_plans.member_plan(member_id, now)
    own = of_benefits.member_benefits(member_id, now)
    names = {"tier": dict(of_benefits.tiers_now(this_day(now))), "plan": of_plans.plan_names()}
    return {
        "plan": plan,
        "plan_state": STATES[plan.standing.state.value],
        "terms": [(one, TERM_KINDS.get(one.kind, one.kind)) for one in plan.terms[:SHOWN]],
        "benefits": [
            (one, [(_title(by), names.get(by, {}).get(code, code), until) for by, code, until in one.reasons]) for one in own.held
        ],
        "next_tier": own.next_tier,
        "next_benefits": own.next_benefits,
        "grants": [(one, _title(one.source)) for one in of_benefits.grants(viewer.scope, now, member=member_id)[:SHOWN]],
        "uses": [(one, _title(one.source)) for one in of_benefits.latest_uses(viewer.scope, member=member_id, limit=SHOWN)],
        "may_edit": viewer.may("membership.edit"),
        "may_use": viewer.may("mall.fulfil"),
    }


def _reasons(one: of_benefits.MemberBenefit, names: dict[str, dict[str, str]]) -> list[tuple[str, str, datetime | None]]:
    return [(_title(by), names.get(by, {}).get(code, code), until) for by, code, until in one.reasons]


def _title(source: str) -> str:
    return str(SOURCES.get(source, source))
