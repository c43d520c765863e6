"""What a person or a program does to a member's paid membership: pay, cancel, resume, refund. The pump tells what it moved."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
from django.db import connection, transaction
from psycopg import Cursor

from siyu.lib.clock import EPOCH
from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.queries import ends
from siyu.members.services import lock
from siyu.merchant.queries import settings_book, today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ... import subscriptions
from ...keys import key_of
from ...rules.plans import HELD, Event, State, Subscription, refund_quote
from ...subscriptions import Record, Tree, Walked
from ...using import used_since

_sql = statements("siyu.membership", "plans")
MAX_SET = 1_000
MAX_KEY = 200


class PlanPayment(NamedTuple):
    """Money that was paid for a plan elsewhere; `because` names the proof (a payment's number). Without `paid_at`, now."""

    member_id: int
    plan: str
    amount_minor: int
    key: str
    because: str
    is_trial: bool = False
    auto_renew: bool = False
    paid_at: datetime | None = None


class PlanCancel(NamedTuple):
    """No renewal after the present end; or the taking back of such a cancelling."""

    member_id: int
    key: str
    because: str


class PlanRefund(NamedTuple):
    """Money back for a plan. Without an amount: what the policy gives for all that is left, and the plan ends.

    With an amount: that much, and its part of the days; `ends` ends the plan too. Without a payment: the latest with days left.
    """

    member_id: int
    key: str
    because: str
    amount_minor: int | None = None
    payment: UUID | None = None
    ends: bool = False


class PlanReceipt(NamedTuple):
    """What was done, and where the member stands after it."""

    key: str
    member_id: int
    amount_minor: int
    standing: Subscription
    is_repeated: bool


Ask = PlanPayment | PlanCancel | PlanRefund
Build = Callable[[Any, Walked], dict[str, Any]]


def pay_plan(by: Actor, payments: Sequence[PlanPayment], now: datetime) -> list[PlanReceipt]:
    """Begin, renew or change plans, all or none.

    Refusals: `plan.unknown`, `plan.amount`, `plan.trial_none`, `plan.trial_used`, `plan.paid_at`, `plan.key`, `plan.because`,
    `plan.member`, `plan.too_many`, `key.reused`.
    """
    sold = _on_sale(now)

    def build(ask: PlanPayment, walked: Walked) -> dict[str, Any]:
        plan = sold.get(ask.plan)
        if plan is None:
            raise Refusal("plan.unknown", "no plan %(code)s is sold today", code=ask.plan)
        if not 0 <= ask.amount_minor <= MAX_AMOUNT:
            raise Refusal("plan.amount", "an amount is a whole number of minor units from 0 to %(limit)s", limit=MAX_AMOUNT)
        if ask.paid_at is not None and not EPOCH <= ask.paid_at <= now:
            raise Refusal("plan.paid_at", "a payment was made after 1970, and not in the future")
        if ask.is_trial:
            _check_trial(plan.terms.trial is not None, ask.plan, walked.standing)
        return {
            "plan": plan.code,
            "version": plan.version,
            "amount_minor": ask.amount_minor,
            "is_trial": ask.is_trial,
            "auto_renew": ask.auto_renew,
            "paid_at": ask.paid_at or now,
        }

    return _act(by, "pay", payments, now, build)


def cancel_plan(by: Actor, cancels: Sequence[PlanCancel], now: datetime) -> list[PlanReceipt]:
    """Let plans end at their end. Refusals: `plan.not_running`, and as `pay_plan`."""

    def build(ask: PlanCancel, walked: Walked) -> dict[str, Any]:
        if walked.standing.state not in (State.TRIAL, State.ACTIVE):
            raise Refusal("plan.not_running", "no plan runs that could be cancelled")
        return {"plan": walked.standing.plan, "version": walked.standing.version}

    return _act(by, "cancel", cancels, now, build)


def resume_plan(by: Actor, cancels: Sequence[PlanCancel], now: datetime) -> list[PlanReceipt]:
    """Take a cancelling back. Refusals: `plan.not_cancelled`, and as `pay_plan`."""

    def build(ask: PlanCancel, walked: Walked) -> dict[str, Any]:
        if walked.standing.state is not State.CANCELLED:
            raise Refusal("plan.not_cancelled", "the plan was not cancelled")
        return {"plan": walked.standing.plan, "version": walked.standing.version}

    return _act(by, "resume", cancels, now, build)


def refund_plan(by: Actor, refunds: Sequence[PlanRefund], now: datetime) -> list[PlanReceipt]:
    """Give money back for plans, whole or in part. Refusals: `plan.nothing_to_refund`, `plan.refund_too_much`, and as `pay_plan`."""
    book = settings_book()

    def build(ask: PlanRefund, walked: Walked) -> dict[str, Any]:
        payment = _payment_to_refund(ask, walked)
        used = used_since(walked.tree.members, payment.paid_at)
        quote = refund_quote(walked.plans, walked.standing, payment, now, book.zone, used)
        amount = quote.amount_minor if ask.amount_minor is None else ask.amount_minor
        most = payment.amount_minor + payment.credit_in_minor - payment.credit_out_minor - payment.refunded_minor
        if not 0 <= amount <= most or (not amount and ask.amount_minor is not None):
            raise Refusal("plan.refund_too_much", "of this payment %(most)s minor units can go back", most=most)
        ends = ask.ends or ask.amount_minor is None
        return {"plan": payment.plan, "version": payment.version, "of": payment.key, "amount_minor": amount, "ends": ends}

    return _act(by, "refund", refunds, now, build)


def _check_trial(has_trial: bool, plan: str, standing: Subscription) -> None:
    if not has_trial:
        raise Refusal("plan.trial_none", "this plan has no trial")
    if standing.state in HELD or any(payment.plan == plan for payment in standing.payments):
        raise Refusal("plan.trial_used", "a trial is for members who have not had the plan and have none now")


def _payment_to_refund(ask: PlanRefund, walked: Walked) -> Any:
    if ask.payment is not None:
        payment = walked.standing.payment(ask.payment)
    else:
        covering = [term.payment for term in walked.standing.terms if term.covers]
        payment = walked.standing.payment(covering[-1]) if covering and walked.standing.state in HELD else None
    if payment is None:
        raise Refusal("plan.nothing_to_refund", "there is no payment whose days are left")
    return payment


def _act(by: Actor, kind: str, asks: Sequence[Ask], now: datetime, build: Build) -> list[PlanReceipt]:
    _check(asks)
    with transaction.atomic(), connection.cursor() as own:
        cursor = cast(Cursor, own.cursor)
        roots = _locked(cursor, {ask.member_id for ask in asks})
        dated = subscriptions.all_plans(cursor)
        plans = subscriptions.by_version(dated)
        trees = {tree.root: tree for tree in subscriptions.read(cursor, set(roots.values()))}
        known = _known(cursor, asks)
        cursor.execute(_sql.last_merge)
        after = cursor.fetchone()[0]  # type: ignore[index]
        changed: dict[int, Walked] = {}
        done: list[tuple[Ask, int, int, bool]] = []
        for ask in asks:
            root = roots[ask.member_id]
            if (before := known.get(key_of("plan", "api", ask.key))) is not None:
                if before[0] != _body(kind, ask):
                    raise Refusal("key.reused", "the key %(key)s was used for something else", key=ask.key)
                done.append((ask, root, before[1], True))
                continue
            walked = subscriptions.walk(trees[root], plans, settings_book(), now)
            event = _event(kind, ask, root, trees[root], walked, now, after, build)
            subscriptions.record(cursor, [Record(event=event, by=by.name, because=ask.because, body=_body(kind, ask), is_told=False)])
            trees[root].steps.append(event)
            trees[root].untold.add(event.key)
            known[event.key] = _body(kind, ask), event.amount_minor
            changed[root] = walked
            done.append((ask, root, event.amount_minor, False))
            detail = {"plan": event.plan, "amount_minor": event.amount_minor, "key": ask.key}
            audit(by, f"plan.{_VERBS[kind]}", f"member:{root}", detail, ask.because, at=now)
        walked_now = {root: subscriptions.walk(trees[root], plans, settings_book(), now) for root in set(roots.values())}
        subscriptions.write(cursor, [walked_now[root] for root in sorted(changed)], told=False)
    return [PlanReceipt(ask.key, root, amount, walked_now[root].standing, repeated) for ask, root, amount, repeated in done]


_VERBS = {"pay": "paid", "cancel": "cancelled", "resume": "resumed", "refund": "refunded"}


def _event(kind: str, ask: Ask, root: int, tree: Tree, walked: Walked, now: datetime, after: int, build: Build) -> Event:
    last = max((step.at for step in tree.steps), default=EPOCH)
    number = 1 + max((step.number for step in tree.steps if isinstance(step, Event)), default=0)
    content = build(ask, walked)
    return Event(
        key=key_of("plan", "api", ask.key),
        kind=kind,
        member=root,
        at=max(now, last, tree.told_at),
        after_merge=after,
        number=number,
        **content,
    )


def _check(asks: Sequence[Ask]) -> None:
    if len(asks) > MAX_SET:
        raise Refusal("plan.too_many", "at most %(limit)s at a time", limit=MAX_SET)
    for ask in asks:
        if not 0 < len(ask.key) <= MAX_KEY:
            raise Refusal("plan.key", "a key has 1 to %(limit)s characters", limit=MAX_KEY)
        if not ask.because.strip() or len(ask.because) > 500:
            raise Refusal("plan.because", "say why, in up to 500 characters")


def _locked(cursor: Cursor, members: set[int]) -> dict[int, int]:
    """Lock the members, and whoever they have become; returns who they are now. Refusal: `plan.member`."""
    for _ in range(5):
        roots = ends(cursor, members)
        if missing := members - roots.keys():
            raise Refusal("plan.member", "there is no member %(member)s", member=min(missing))
        lock(cursor, sorted(set(roots.values())))
        if ends(cursor, members) == roots:
            return roots
    raise Refusal("plan.busy", "the member is being merged: try again")


def _known(cursor: Cursor, asks: Sequence[Ask]) -> dict[UUID, tuple[dict[str, Any], int]]:
    """Key → what was asked by it, and the amount it came to."""
    cursor.execute(_sql.known, {"keys": [key_of("plan", "api", ask.key) for ask in asks]})
    return {key: (msgspec.json.decode(body), amount) for key, body, amount in cursor.fetchall()}


def _body(kind: str, ask: Ask) -> dict[str, Any]:
    return {"kind": kind, **msgspec.to_builtins({name: value for name, value in ask._asdict().items() if name not in ("key", "because")})}


def _on_sale(now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        return subscriptions.on_sale(subscriptions.all_plans(cast(Cursor, cursor.cursor)), today(now))
