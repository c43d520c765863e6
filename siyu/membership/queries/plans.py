"""Reads of paid membership: plans and who is in them, fee income, renewals; and one member's plan with what it saved."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import WHOLE, Scope

from .. import holdings, subscriptions
from ..models import Plan as Row
from ..rules.plans import HELD, RUNNING, Plan, RefundQuote, Subscription, SwitchQuote, refund_quote, switch_quote
from ..using import used_since

_sql = statements("siyu.membership", "queries_plans")
LIMIT = 100


class PlanView(NamedTuple):
    """A plan in its newest version, with its members by state."""

    plan: Plan
    from_day: date
    until_day: date | None
    states: dict[str, int]

    @property
    def members(self) -> int:
        """Those who are in it now."""
        return sum(count for state, count in self.states.items() if state in HELD)


class Subscriber(NamedTuple):
    """A member of a plan."""

    member_id: int
    public_id: str
    nickname: str
    plan: str
    state: str
    since: date | None
    until: date | None
    auto_renew: bool
    paid_minor: int
    refunded_minor: int


class Income(NamedTuple):
    """Fees of a month: earned by its days, paid in it, paid back in it."""

    month: date
    recognised_minor: int
    paid_minor: int
    refunded_minor: int


class Renewal(NamedTuple):
    """Of the periods that ended over the days asked for, those that a paid period followed the same day. `kind`: paid or trial."""

    plan: str
    kind: str
    ended: int
    followed: int

    @property
    def rate(self) -> float | None:
        return self.followed / self.ended if self.ended else None


class TermView(NamedTuple):
    """Days that were paid for."""

    payment: UUID
    plan: str
    kind: str
    from_day: date
    to_day: date
    amount_minor: int


class MemberPlan(NamedTuple):
    """A member's paid membership as it stands at an instant; `saved_minor` by benefits since it began."""

    standing: Subscription
    plan: Plan | None
    days_left: int
    saved_minor: int
    terms: list[TermView]
    refund: RefundQuote | None
    switches: list[SwitchQuote]

    @property
    def is_running(self) -> bool:
        return self.standing.state in RUNNING


def plan_views(scope: Scope = WHOLE) -> list[PlanView]:
    """Every plan in its newest version."""
    states: dict[str, dict[str, int]] = {}
    for plan, state, count in _rows(_sql.by_state, **scope.parameters()):
        states.setdefault(plan, {})[state] = count
    with connection.cursor() as cursor:
        newest = {one.plan.code: one for one in subscriptions.all_plans(cast(Cursor, cursor.cursor))}
    views = [PlanView(one.plan, one.from_day, one.until_day, states.get(code, {})) for code, one in newest.items()]
    return sorted(views, key=lambda view: (view.plan.terms.rank, view.plan.code))


def plan_versions(code: str) -> list[Row]:
    """All versions of a plan, the newest first."""
    return list(Row.objects.filter(code=code).order_by("-version")[:LIMIT])


def subscribers(scope: Scope, at: Position, *, plan: str | None = None, state: str | None = None) -> list[Subscriber]:
    """Members of plans, from the newest member on."""
    before = at.key[0] if at.key else None
    statement = _sql.subscribers_after if at.is_backwards else _sql.subscribers
    rows = _rows(statement, plan=plan, state=state, before=before, limit=at.limit, **scope.parameters())
    return [Subscriber(*row) for row in rows]


def income(first: date, last: date, zone: ZoneInfo, scope: Scope = WHOLE, plan: str | None = None) -> list[Income]:
    """Fee income by month, the months without any included."""
    asked = {"first": first, "last": last, "plan": plan, **scope.parameters()}
    earned = dict(_rows(_sql.recognised, **asked))
    cash = {month: (paid, back) for month, paid, back in _rows(_sql.cash, zone=zone.key, **asked)}
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(Income(month, earned.get(month, 0), *cash.get(month, (0, 0))))
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def renewals(first: date, last: date, scope: Scope = WHOLE, plan: str | None = None) -> list[Renewal]:
    """How many members stayed when their paid days, or their trial, ended over these days."""
    return [Renewal(*row) for row in _rows(_sql.renewals, first=first, last=last, plan=plan, **scope.parameters())]


def member_plan(member: int, now: datetime) -> MemberPlan:
    """A member's paid membership, what leaving would bring back, and what other plans would cost."""
    book, today = settings_book(), holdings.this_day(now)
    with connection.cursor() as own:
        cursor = cast(Cursor, own.cursor)
        dated = subscriptions.all_plans(cursor)
        plans = subscriptions.by_version(dated)
        tree = subscriptions.read(cursor, [member])[0]
        standing = subscriptions.walk(tree, plans, book, now).standing
    terms = [TermView(*row) for row in _rows(_sql.terms_of, member=member)]
    plan = plans.get((standing.plan, standing.version))
    quote = None
    covering = [term.payment for term in standing.terms if term.covers and term.to_day > today]
    if standing.state in HELD and covering and (payment := standing.payment(covering[-1])) is not None:
        quote = refund_quote(plans, standing, payment, now, book.zone, used_since(tree.members, payment.paid_at))
    saved = _rows(_sql.savings, member=member, since=standing.since)[0][0] if standing.since is not None else 0
    left = max((standing.until - today).days, 0) if standing.until is not None and standing.state in RUNNING else 0
    switches = [switch_quote(standing, plans, one, today) for one in subscriptions.on_sale(dated, today).values()]
    return MemberPlan(standing, plan, left, saved, terms, quote, switches)


def plan_names() -> dict[str, str]:
    """Code → name of every plan, archived ones too."""
    return {view.plan.code: view.plan.name for view in plan_views()}


def _rows(statement: str, **parameters: Any) -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
