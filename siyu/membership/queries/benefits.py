"""Reads of benefits: what there is, who has it, what is used of it and what that costs, what one member has and may have next."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language

from siyu.lib.sql import statements
from siyu.loyalty.queries import base_tier, by_tier, ladder
from siyu.merchant.rules import WHOLE, Scope

from .. import holdings
from ..benefits import KINDS
from ..holdings import Standing
from ..models import Benefit as Row
from ..models import Plan
from ..rules.benefits import Benefit, is_given_by
from ..services.benefits.granting import next_tier

_sql = statements("siyu.membership", "queries_benefits")
LIMIT = 100
EXPORT = 100_000
FIRST, LAST = date(2000, 1, 1), date(9999, 1, 1)


def naming(kind: str, number: int, day: date) -> list[str]:
    """Names of the benefits that ask for an audience, on a day or later: `wiring.NAMERS`."""
    if kind != "audience":
        return []
    with connection.cursor() as cursor:
        cursor.execute(_sql.naming, {"number": number, "day": day})
        return [name for _, name in cursor.fetchall()]


class BenefitView(NamedTuple):
    """A benefit as lists show it, with its use over the days asked for."""

    code: str
    kind: str
    family: str
    name: str
    version: int
    words: str
    benefit: Benefit
    from_day: date
    until_day: date | None
    uses: int
    members: int
    value_minor: int
    cost_minor: int


class UseView(NamedTuple):
    """A use, with its member."""

    id: int
    benefit: str
    public_id: str
    nickname: str
    quantity: int
    returned: int
    value_minor: int
    cost_minor: int
    used_at: datetime
    source: str
    by: str
    ref: str
    key: str | None


class GrantView(NamedTuple):
    """A benefit given to one member."""

    id: int
    benefit: str
    public_id: str
    nickname: str
    source: str
    from_at: datetime
    until_at: datetime | None
    times: int | None
    by: str
    because: str
    holds: bool


class MemberBenefit(NamedTuple):
    """A benefit as one member sees it. `remaining` is None without a limit; `next_day` is when the quota begins anew."""

    code: str
    kind: str
    name: str
    words: str
    description: str
    times: int | None
    used: int
    remaining: int | None
    next_day: date | None
    reasons: tuple[tuple[str, str, datetime | None], ...]


class NextBenefit(NamedTuple):
    """A benefit of the next tier that the member has not yet; `trial_days` above 0: it may be tried."""

    code: str
    kind: str
    name: str
    words: str
    trial_days: int


class MemberBenefits(NamedTuple):
    """What a member has, and what the next tier would bring (`next_tier` is empty at the top)."""

    held: list[MemberBenefit]
    next_tier: str
    next_benefits: list[NextBenefit]


def words_of(benefit: Benefit) -> str:
    """The terms of a benefit in the reader's language."""
    return KINDS[benefit.kind].words(benefit.definition.terms) if benefit.kind in KINDS else ""


def name_of(benefit: Benefit) -> str:
    """Its name in the reader's language, if there is one."""
    return benefit.definition.name_en if benefit.definition.name_en and not (get_language() or "").startswith("zh") else benefit.name


def benefit_views(first: date, last: date, scope: Scope = WHOLE) -> list[BenefitView]:
    """Every benefit in its newest version, with its use over these days."""
    used = {row[0]: row[1:] for row in _rows(_sql.uses, first=first, last=last, **scope.parameters())}
    views = []
    for code, one in _newest().items():
        own = one.benefit
        family = KINDS[own.kind].family if own.kind in KINDS else ""
        figures = used.get(code, (0, 0, 0, 0))
        views.append(
            BenefitView(code, own.kind, family, name_of(own), own.version, words_of(own), own, one.from_day, one.until_day, *figures)
        )
    return sorted(views, key=lambda view: (list(KINDS).index(view.kind) if view.kind in KINDS else 99, view.code))


def benefit_names() -> dict[str, str]:
    """Code → name of every benefit, in the reader's language."""
    return {code: name_of(one.benefit) for code, one in _newest().items()}


def _newest() -> dict[str, holdings.Dated]:
    return {one.benefit.code: one for one in holdings.all_benefits()}


def uses_by_day(first: date, last: date, scope: Scope = WHOLE) -> dict[tuple[date, str], tuple[int, int]]:
    """(day, benefit) → uses, cost in minor units."""
    return {(day, code): (uses, cost) for day, code, uses, cost in _rows(_sql.uses_by_day, first=first, last=last, **scope.parameters())}


def latest_uses(
    scope: Scope, *, benefit: str | None = None, member: int | None = None, first: date = FIRST, last: date = LAST, limit: int = LIMIT
) -> list[UseView]:
    """The latest uses of a benefit, or of a member."""
    limit = min(limit, EXPORT)
    rows = _rows(_sql.latest_uses, benefit=benefit, member=member, first=first, last=last, limit=limit, **scope.parameters())
    return [UseView(*row) for row in rows]


def grants(scope: Scope, now: datetime, *, benefit: str | None = None, member: int | None = None) -> list[GrantView]:
    """What was given to single members, the newest first."""
    rows = _rows(_sql.grants, benefit=benefit, member=member, now=now, limit=LIMIT, **scope.parameters())
    return [GrantView(*row) for row in rows]


def who_has(benefit: Benefit, scope: Scope, day: date) -> list[tuple[str, str, int]]:
    """By what, its code, and how many members: tiers, tags, plans. One member may stand in several lines."""
    lines: list[tuple[str, str, int]] = []
    sources = benefit.definition.sources
    tiers = by_tier(day, scope) if any(source.by == "tier" for source in sources) else {}
    tags = sorted({code for source in sources if source.by == "tag" for code in source.codes})
    tagged = dict(_rows(_sql.holders_by_tag, tags=tags, **scope.parameters())) if tags else {}
    for source in sources:
        for code in source.codes:
            counted = {"tier": tiers, "tag": tagged}.get(source.by, {})
            lines.append((source.by, code, counted.get(code, 0)))
    plans = plans_with(benefit.code)
    paying = dict(_rows(_sql.holders_by_plan, plans=plans, **scope.parameters())) if plans else {}
    return lines + [("plan", code, paying.get(code, 0)) for code in plans]


def plans_with(benefit: str) -> list[str]:
    """Plans that give a benefit, in some version."""
    return sorted(set(Plan.objects.filter(definition__benefits__contains=[benefit]).values_list("code", flat=True)))


def versions_of(code: str) -> list[Row]:
    """All versions of a benefit, the newest first."""
    return list(Row.objects.filter(code=code).order_by("-version")[:LIMIT])


def member_benefits(member: int, now: datetime) -> MemberBenefits:
    """What a member has now and what the next tier would bring. What `use_benefit` would allow is what `remaining` says."""
    day = holdings.this_day(now)
    held = holdings.held([member], now)[member]
    above = next_tier(member, now)
    coming = [one for one in holdings.in_force(day).values() if above and is_given_by(one, above) and one.code not in held]
    nexts = [NextBenefit(one.code, one.kind, name_of(one), words_of(one), one.definition.trial_days) for one in coming]
    title = next((step.shown for step in ladder(day) if step.code == above), "")
    return MemberBenefits([_of_member(one) for one in held.values()], title, nexts)


def _of_member(standing: Standing) -> MemberBenefit:
    holding, own = standing.holding, standing.holding.benefit
    next_day = holding.period.until if holding.period is not None else None
    zh = (get_language() or "").startswith("zh")
    description = own.definition.words if zh else own.definition.words_en or own.definition.words
    reasons = tuple((reason.by, reason.code, reason.until_at) for reason in holding.reasons)
    return MemberBenefit(
        own.code, own.kind, name_of(own), words_of(own), description, holding.times, standing.used, standing.remaining, next_day, reasons
    )


def tiers_now(day: date) -> list[tuple[str, str]]:
    """Code and name of the tiers in force."""
    steps = [(step.code, step.shown) for step in ladder(day)]
    base = base_tier(day)
    return steps or ([(base.code, base.shown)] if base is not None else [])


def _rows(statement: str, **parameters: Any) -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
