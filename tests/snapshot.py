"""The rows of every room without surrogate ids: what two runs that should be equal are compared by."""

import json
from typing import Any

from django.db import connection

Snapshot = dict[str, list[tuple]]

# what is compared: table → columns; `@i` a handle, `@m` a member, `@f` a fact, `@a` an account, `@l` a lot, `@t` a tag by their names
TABLES: dict[str, str] = {
    "facts_log": "occurred_at, business_day, name, source_id@s, identity_id@i, message, properties@p, depth, cause_id@f",
    "facts_daily": "business_day, name, source_id@s, facts",
    "facts_counter_day": "identity_id@i, counter_id@k, business_day, times",
    "facts_personal": "token, kind",
    "facts_quarantine": "message, code, name",
    "members_member": "id@m, is_identified, merged_into_id@m, nickname, source_id@s",
    "members_identity": "id@i, member_id@m, origin_id@m, kind, first_seen",
    "members_link": "least_i@i, greatest_i@i, occurred_at, message, proof, state",
    "members_merge_log": "survivor_id@m, loser_id@m, merged_at, by, because, undone_at",
    "members_rollup": "member_id@m, first_seen, last_seen, last_seen_day, facts",
    "members_trait": "identity_id@i, name, value, occurred_at, message",
    "members_tagging": "member_id@m, tag_id@t",
    "members_consent": "identity_id@i, purpose, channel, is_given, occurred_at, message",
    "members_lifecycle": (
        "member_id@m, pool_joined_at, pool_channel, first_bought_at, last_bought_at, purchases, rungs, pool_stage, activity, rung, due_at"
    ),
    "orders_order": (
        "number, identity_id@i, amount_minor, discount_minor, refunded_minor, lines, created_at, paid_at, "
        "paid_day, shipped_at, received_at, "
        "closed_at, placed_at, store_id, source_id@s, is_historical"
    ),
    "orders_line": "order_id@o, number, quantity, unit_price, amount_minor",
    "orders_refund": "order_number, key, order_id@o, identity_id@i, amount_minor, occurred_at, business_day",
    "orders_statistics": "member_id@m, orders, revenue_minor, refunded_minor, first_paid_at, last_paid_at",
    "acquisition_arrival": "identity_id@i, channel_id@c, code, occurred_at, message",
    "acquisition_attribution": (
        "member_id@m, first_channel_id@c, first_code, first_at, first_message, last_channel_id@c, last_code, last_at, last_message"
    ),
    "loyalty_account": "unit, origin_id@m, owner_id@m, pending, available, held, spent, expired, revoked, debt, active_until",
    "loyalty_lot": (
        "key, account_id@a, amount, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at, is_sliding, earned_at"
    ),
    "loyalty_entry": "key, account_id@a, unit, debit, credit, amount, kind, fact_id@f, tier, multiplier, posted_at, business_day",
    "loyalty_purchase": "shop, order_number, paid_at, base_minor, refunded_minor, received_at, closed_at",
    "loyalty_capuse": "origin_id@m, rule_code, business_day, points, times",
    "loyalty_budgetuse": "rule_code, business_day, points",
    "loyalty_approval": "lot_id@l, amount, earned_at, state",
    "loyalty_standing": "member_id@m, track, tier, growth, since",
    "membership_checkin": "identity_id@i, day, at, is_made_up",
    "membership_laddergift": "origin_id@m, owner_id@m, day, streak, version, given_at",
    "membership_taskorder": "task, shop, number, identity_id@i, day, amount_minor, refunded_minor",
    "membership_completion": ("task, version, start, step, origin_id@m, owner_id@m, completed_at, completed_day, claim_until, claimed_at"),
    "membership_anniversary": "member_id@m, kind, since, due_at",
    "membership_planevent": (
        "key, kind, member_id@m, at, plan, version, is_trial, amount_minor, paid_at, of, ends, order_number, order_minor, is_told"
    ),
    "membership_benefituse": (
        "key, origin_id@m, owner_id@m, benefit, version, quantity, value_minor, cost_minor, is_booked, used_at, business_day, "
        "source, is_told"
    ),
    "membership_planterm": "owner_id@m, payment, plan, version, kind, from_day, to_day, amount_minor",
    "journeys_enrolment": (
        "origin_id@m, owner_id@m, key, step, way, hop, since, due_at, status, why, entered_at, ended_at, goal_at, goal_until"
    ),
    "journeys_passage": "hop, step, way, at, fact_id@f, fact_at",
    "journeys_count": "step, way, business_day, passed",
    "membership_subscription": (
        "owner_id@m, plan, version, state, since, until, ended_on, payments, paid_minor, refunded_minor, told_at, due_at"
    ),
}


def snapshot(tables: list[str] | None = None, *, by_origin: bool = True) -> Snapshot:
    """Rows per table, sorted. Members are named by the handles they came with, or (across orders of arrival) have now."""
    names = _names(by_origin)
    return {table: _rows(table, columns, names) for table, columns in TABLES.items() if tables is None or table in tables}


def differences(one: Snapshot, other: Snapshot) -> str:
    """What is in one and not in the other, table by table; empty when equal."""
    lines = []
    for table in one:
        left, right = [str(row) for row in one[table]], [str(row) for row in other[table]]
        lines += [f"{table}: only in the first: {row}" for row in left if row not in right]
        lines += [f"{table}: only in the second: {row}" for row in right if row not in left]
        if len(left) != len(right):
            lines.append(f"{table}: {len(left)} rows against {len(right)}")
    return "\n".join(lines)


def _fetch(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _names(by_origin: bool) -> dict[str, dict[Any, str]]:
    handles = {number: f"{kind}:{str(hash_)[:6]}" for number, kind, hash_ in _fetch("SELECT id, kind, hash FROM members_identity")}
    owner = "origin_id" if by_origin else "member_id"
    members: dict[int, list[str]] = {}
    for number, member in _fetch(f"SELECT id, {owner} FROM members_identity"):
        members.setdefault(member, []).append(handles[number])
    now: dict[int, list[str]] = {}
    for number, member in _fetch("SELECT id, member_id FROM members_identity"):
        now.setdefault(member, []).append(handles[number])
    members = {member: ["now", *own] for member, own in now.items()} | members
    people = {member: "+".join(sorted(own)) for member, own in members.items()}
    facts = {number: str(message)[:8] for number, message in _fetch("SELECT id, message FROM facts_log")}
    accounts = {
        number: f"{unit} of {people.get(origin)}" for number, unit, origin in _fetch("SELECT id, unit, origin_id FROM loyalty_account")
    }
    lots = {number: str(key) for number, key in _fetch("SELECT id, key FROM loyalty_lot")}
    orders = dict(_fetch("SELECT id, number FROM orders_order"))
    channels = dict(_fetch("SELECT id, code FROM acquisition_channel"))
    sources = dict(_fetch("SELECT id, name FROM facts_source"))
    counters = dict(_fetch("SELECT id, key FROM facts_counter"))
    tags = dict(_fetch("SELECT id, name FROM members_tag"))
    return {
        "t": tags,
        "s": sources,
        "k": counters,
        "i": handles,
        "m": people,
        "f": facts,
        "a": accounts,
        "l": lots,
        "o": orders,
        "c": channels,
    }


def _rows(table: str, columns: str, names: dict[str, dict[Any, str]]) -> list[tuple]:
    wanted = [column.strip().partition("@") for column in columns.split(",")]
    selected = ", ".join(_column(name) for name, _, _ in wanted)
    rows = []
    for row in _fetch(f"SELECT {selected} FROM {table}"):
        rows.append(tuple(_named(value, kind, names) for value, (_, _, kind) in zip(row, wanted, strict=True)))
    if table == "members_link":
        rows = [(*sorted(row[:2]), *row[2:]) for row in rows]
    return sorted(rows, key=str)


def _column(name: str) -> str:
    return {"least_i": "left_id", "greatest_i": "right_id"}.get(name, f'"{name}"')


def _named(value: Any, kind: str, names: dict[str, dict[Any, str]]) -> Any:
    if kind == "p":
        properties = json.loads(value)
        return str(
            {
                key: names["m"].get(inner, inner) if key in ("survivor", "loser") else inner
                for key, inner in properties.items()
                if key != "merge"
            }
        )
    return names[kind].get(value, value) if kind and value is not None else value
