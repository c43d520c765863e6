"""Why a member has these points: every entry with its fact, order, rule and version, multiplier, proportion and dates."""

from django.db import connection
from django.utils.text import capfirst

from siyu.lib.sql import statements
from siyu.loyalty import queries as loyalty
from siyu.loyalty.queries import Reason, RuleView
from siyu.loyalty.queries.units import unit_names

from .telling import Answer, Teller, sourced

_sql = statements("siyu.operate", "why")
KINDS = {
    "earn": "earned",
    "mature": "became available",
    "expire": "expired",
    "reverse_earn": "taken back",
    "settle": "settled a debt",
    "grant": "given",
    "gift": "given by a tier",
    "import": "brought along",
    "spend": "spent",
    "hold": "held",
    "capture": "spent of a hold",
    "void": "freed",
    "time_out": "freed by time",
    "give_back": "given back",
    "take_back": "taken back",
    "transfer": "passed on",
    "adjust": "corrected by hand",
    "owe": "owed after a correction",
}


def why_points(member_id: int, teller: Teller) -> Answer:
    """Balance first, then the newest entries, each with what is behind it."""
    name = capfirst(unit_names()["points"])
    balance = loyalty.balances([member_id]).get(member_id, {}).get("points")
    if balance is None:
        yield "head", f"{name}: none were ever earned"
        return
    yield "head", f"{name}: {balance.available:,} available, {balance.pending:,} pending"
    spent = {"spent": balance.spent, "expired": balance.expired, "taken back": balance.revoked, "held": balance.held, "owed": balance.debt}
    if some := ", ".join(f"{points:,} {name}" for name, points in spent.items() if points):
        yield "detail", some
    yield from _entries(member_id, teller, "points")


def _entries(member_id: int, teller: Teller, unit: str) -> Answer:
    reasons = loyalty.why_points(member_id, teller.limit + 1, units=[unit])
    behind = _behind([reason.id for reason in reasons])
    rules = {(rule.code, rule.version): rule for rule in loyalty.earn_rules()}
    for reason in reasons[: teller.limit]:
        yield "line", f"{teller.day(reason.posted_at)}  {_signed(reason)}  {KINDS.get(reason.kind, reason.kind)}"
        yield from _because(reason, behind[reason.id], rules.get((reason.rule_code, reason.rule_version or 0)), teller)
    if len(reasons) > teller.limit:
        yield "detail", f"older entries are not shown; --limit {teller.limit * 5} shows more"


def _signed(reason: Reason) -> str:
    return f"{reason.change:+,}" if reason.change else f"{abs(reason.amount):,}"


def _because(reason: Reason, behind: tuple, rule: RuleView | None, teller: Teller) -> Answer:
    occurred_at, amount, source, badge, base, lot_amount = behind
    if reason.fact_name:
        of_order = f" of order {reason.order_number} ({reason.shop})" if reason.order_number else ""
        yield (
            "detail",
            f"fact: {reason.fact_name}{of_order} at {teller.instant(occurred_at)}, #{reason.fact_id}, from {sourced(source, badge)}",
        )
    elif reason.order_number:
        yield "detail", f"order: {reason.order_number} ({reason.shop})"
    if reason.because:
        yield "detail", f"because: {reason.because}"
    if reason.rule_code:
        yield "detail", f"rule: {reason.rule_shown} ({reason.rule_code}, version {reason.rule_version}){_formula(rule, teller)}"
    if reason.kind == "earn":
        yield from _earned(reason, amount, teller)
    elif reason.kind == "reverse_earn" and amount is not None and base and lot_amount:
        share = f"{teller.money(amount)} of {teller.money(base)} paid"
        yield "detail", f"proportion: {share}, of the {lot_amount:,} earned; parts are rounded so that together they never pass the whole"


def _earned(reason: Reason, amount: int | None, teller: Teller) -> Answer:
    tier = f" × {reason.multiplier.normalize():f} as {reason.tier}" if reason.multiplier != 1 else ""
    if amount is not None:
        yield "detail", f"amount: {teller.money(amount)}{tier} → {reason.amount:,}"
    if reason.is_waiting and reason.available_at is None:
        yield "detail", "pending: waits for the receipt of its order"
    elif reason.available_at is not None:
        yield "detail", f"{'pending until' if reason.is_waiting else 'available since'} {teller.instant(reason.available_at)}"
    if reason.expires_at is not None:
        yield "detail", f"expires {teller.instant(reason.expires_at)}"


def _formula(rule: RuleView | None, teller: Teller) -> str:
    formula = (rule.definition if rule else {}).get("formula", {})
    if formula.get("kind") == "per_amount":
        return f": {formula.get('points', 1)} per {teller.money(formula.get('per_minor', 100))}"
    return f": {formula['points']} each time" if formula.get("kind") == "fixed" else ""


def _behind(entries: list[int]) -> dict[int, tuple]:
    with connection.cursor() as cursor:
        cursor.execute(_sql.amounts, {"entries": entries})
        return {row[0]: row[1:] for row in cursor.fetchall()}
