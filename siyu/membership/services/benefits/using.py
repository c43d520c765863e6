"""Using a benefit, and giving a use back. The quota is judged as the member's page shows it, and booked in the ledger."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.lib.words import gettext_noop
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ... import holdings, quotas
from ...benefits import KINDS
from ...holdings import Standing
from ...keys import key_of
from ...rules.benefits import Benefit
from .asking import check, locked

_sql = statements("siyu.membership", "benefits")
MAX_QUANTITY = 1_000
SOURCES = ("staff", "api", "member", "fact")


class BenefitAsk(NamedTuple):
    """A use of a benefit: for what (`ref`, an order or ticket), and on which amount in minor units, if it goes by one."""

    member_id: int
    benefit: str
    key: str
    quantity: int = 1
    ref: str = ""
    because: str = ""
    amount_minor: int = 0


class BenefitReturn(NamedTuple):
    """A use that did not come about, or a part of it."""

    of_key: str
    key: str
    because: str
    quantity: int | None = None


class BenefitReceipt(NamedTuple):
    """What was used or given back; `remaining` is what may still be used in the period, None without a limit."""

    key: str
    member_id: int
    benefit: str
    quantity: int
    value_minor: int
    remaining: int | None
    is_repeated: bool


class Use(NamedTuple):
    """A use as its row keeps it."""

    id: int
    owner_id: int
    benefit: str
    version: int
    quantity: int
    returned: int
    value_minor: int
    cost_minor: int
    is_booked: bool
    body: dict[str, Any]
    returns: dict[str, int]


def use_benefit(by: Actor, asks: Sequence[BenefitAsk], now: datetime, *, source: str = "staff") -> list[BenefitReceipt]:
    """Use benefits, all or none, each key once. `source`: staff, api or member.

    Refusals: `benefit.unknown`, `benefit.not_held`, `benefit.used_up` (says when the next may be used), `benefit.quantity`, `benefit.key`,
    `benefit.because`, `benefit.member`, `benefit.too_many`, `key.reused`.
    """
    check(asks)
    with transaction.atomic():
        roots = locked({ask.member_id for ask in asks})
        held = holdings.held(set(roots.values()), now)
        known = uses_by_key([ask.key for ask in asks])
        taken: dict[tuple[int, str], int] = {}
        fresh: list[tuple[BenefitAsk, int, Standing]] = []
        receipts = []
        for ask in asks:
            member = roots[ask.member_id]
            before = known.get(ask.key)
            if before is not None:
                receipts.append(_repeated(ask, before, held[member].get(ask.benefit)))
                continue
            standing = _may_use(ask, held[member], taken.get((member, ask.benefit), 0), now)
            receipts.append(_receipt(ask, member, standing, taken))
            fresh.append((ask, member, standing))
            known[ask.key] = Use(0, member, ask.benefit, 0, ask.quantity, 0, 0, 0, False, _body(ask), {})
        _keep(by, fresh, now, source)
        if fresh:
            first = [{"member": member, "benefit": ask.benefit, "quantity": ask.quantity} for ask, member, _ in fresh[:20]]
            audit(by, "benefit.used", "benefits", {"uses": len(fresh), "first": first}, fresh[0][0].because, at=now)
    return receipts


def return_benefit(by: Actor, returns: Sequence[BenefitReturn], now: datetime) -> list[BenefitReceipt]:
    """Give uses back, all or none, each key once.

    Refusals: `benefit.use_unknown`, `benefit.returned`, `benefit.because`, `benefit.key`, `benefit.too_many`, `key.reused`.
    """
    check(returns)
    if any(not one.because.strip() for one in returns):
        raise Refusal("benefit.because", "say why the use did not come about")
    with transaction.atomic():
        known = uses_by_key([one.of_key for one in returns])
        if missing := {one.of_key for one in returns} - known.keys():
            raise Refusal("benefit.use_unknown", "no use has the key %(key)s", key=min(missing))
        locked({use.owner_id for use in known.values()})
        known = uses_by_key([one.of_key for one in returns])
        done = [(one, *_give_back(one, known)) for one in returns]
        fresh = [(one, use, quantity) for one, use, quantity, repeated in done if not repeated]
        _write_returns(by, fresh, now)
        held = holdings.held({use.owner_id for _, use, _, _ in done}, now)
        return [
            BenefitReceipt(one.key, use.owner_id, use.benefit, quantity, 0, _left(held[use.owner_id].get(use.benefit)), repeated)
            for one, use, quantity, repeated in done
        ]


def uses_by_key(keys: Sequence[str]) -> dict[str, Use]:
    """The uses that these keys brought about."""
    named = {use_key(key): key for key in keys}
    with connection.cursor() as cursor:
        cursor.execute(_sql.uses_by_key, {"keys": list(named)})
        return {named[row[0]]: Use._make((*row[1:10], json.loads(row[10]), json.loads(row[11]))) for row in cursor.fetchall()}


def use_key(key: str) -> Any:
    return key_of("benefit-use", key)


def worth_of(benefit: Benefit, amount_minor: int) -> int:
    """What one use saves the member, in minor units."""
    return KINDS[benefit.kind].worth(benefit.definition.terms, amount_minor)


def cost_of(benefit: Benefit, amount_minor: int) -> int:
    """What one use costs the merchant, in minor units: as the benefit states, or as its kind estimates."""
    own = benefit.definition.cost_minor
    return own if own is not None else KINDS[benefit.kind].cost(benefit.definition.terms, amount_minor)


def _may_use(ask: BenefitAsk, held: dict[str, Standing], taken: int, now: datetime) -> Standing:
    if not isinstance(ask.quantity, int) or not 1 <= ask.quantity <= MAX_QUANTITY:
        raise Refusal("benefit.quantity", "a quantity is a whole number from 1 to %(limit)s", limit=MAX_QUANTITY)
    if not 0 <= ask.amount_minor <= MAX_AMOUNT:
        raise Refusal("benefit.amount", "an amount is a whole number of minor units")
    standing = held.get(ask.benefit)
    if standing is None:
        if ask.benefit not in holdings.in_force(holdings.this_day(now)):
            raise Refusal("benefit.unknown", "there is no benefit %(code)s today", code=ask.benefit)
        raise Refusal("benefit.not_held", "the member does not have this benefit")
    left = standing.remaining
    if left is not None and ask.quantity > left - taken:
        period = standing.holding.period
        if period is None or period.until is None:
            raise Refusal("benefit.used_up", "%(left)s of %(times)s uses are left", left=left - taken, times=standing.holding.times)
        words = gettext_noop("%(left)s of %(times)s uses are left; the next can be used on %(day)s")
        raise Refusal("benefit.used_up", words, left=left - taken, times=standing.holding.times, day=period.until)
    return standing


def _receipt(ask: BenefitAsk, member: int, standing: Standing, taken: dict[tuple[int, str], int]) -> BenefitReceipt:
    used = taken[member, ask.benefit] = taken.get((member, ask.benefit), 0) + ask.quantity
    left = standing.remaining
    worth = worth_of(standing.holding.benefit, ask.amount_minor) * ask.quantity
    return BenefitReceipt(ask.key, member, ask.benefit, ask.quantity, worth, None if left is None else left - used, is_repeated=False)


def _repeated(ask: BenefitAsk, before: Use, standing: Standing | None) -> BenefitReceipt:
    if before.body != _body(ask):
        raise Refusal("key.reused", "the key %(key)s was used for something else", key=ask.key)
    return BenefitReceipt(ask.key, before.owner_id, before.benefit, before.quantity, before.value_minor, _left(standing), is_repeated=True)


def _left(standing: Standing | None) -> int | None:
    return standing.remaining if standing is not None else 0


def _body(ask: BenefitAsk) -> dict[str, Any]:
    return {name: value for name, value in ask._asdict().items() if name != "because"}


def _keep(by: Actor, fresh: Sequence[tuple[BenefitAsk, int, Standing]], now: datetime, source: str) -> None:
    rows = [
        row_of(
            ask,
            member,
            standing.holding.benefit,
            now,
            holdings.this_day(now),
            by.name,
            source,
            standing.holding.period is not None,
            told=False,
        )
        for ask, member, standing in fresh
    ]
    keep_uses(rows)
    used: dict[tuple[int, str], int] = {}
    takings = []
    for ask, member, standing in fresh:
        if standing.holding.period is None:
            continue
        left = (standing.remaining or 0) - used.get((member, ask.benefit), 0)
        used[member, ask.benefit] = used.get((member, ask.benefit), 0) + ask.quantity
        words = standing.holding.benefit.name
        takings.append(
            quotas.Taking(member, ask.benefit, ask.quantity, f"benefit-use:{use_key(ask.key).hex}", standing.holding.period, left, words)
        )
    quotas.take(by, takings, now)


def row_of(
    ask: BenefitAsk, member: int, benefit: Benefit, at: datetime, day: date, by: str, source: str, booked: bool, *, told: bool
) -> dict[str, Any]:
    """The row of a use."""
    return {
        "key": use_key(ask.key),
        "origin_id": member,
        "owner_id": member,
        "benefit": ask.benefit,
        "version": benefit.version,
        "quantity": ask.quantity,
        "value_minor": worth_of(benefit, ask.amount_minor) * ask.quantity,
        "cost_minor": cost_of(benefit, ask.amount_minor) * ask.quantity,
        "is_booked": booked,
        "used_at": at,
        "business_day": day,
        "source": source,
        "by": by,
        "ref": ask.ref[:200],
        "because": ask.because,
        "body": json.dumps(_body(ask)),
        "is_told": told,
    }


def keep_uses(rows: Sequence[dict[str, Any]]) -> None:
    """Write uses, in their order."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_sql.keep_uses, {name: [row[name] for row in rows] for name in rows[0]})


def _give_back(one: BenefitReturn, known: dict[str, Use]) -> tuple[Use, int, bool]:
    use = known[one.of_key]
    if one.key in use.returns:
        if one.quantity not in (None, use.returns[one.key]):
            raise Refusal("key.reused", "the key %(key)s was used for something else", key=one.key)
        return use, use.returns[one.key], True
    left = use.quantity - use.returned
    quantity = left if one.quantity is None else one.quantity
    if not 1 <= quantity <= left:
        raise Refusal("benefit.returned", "of this use %(left)s can still be given back", left=left)
    known[one.of_key] = use._replace(returned=use.returned + quantity, returns=use.returns | {one.key: quantity})
    return use, quantity, False


def _write_returns(by: Actor, fresh: Sequence[tuple[BenefitReturn, Use, int]], now: datetime) -> None:
    if not fresh:
        return
    with connection.cursor() as cursor:
        for one, use, quantity in fresh:
            cursor.execute(_sql.return_uses, {"ids": [use.id], "quantities": [quantity], "keys": [one.key]})
    of_quota = [(one, use, quantity) for one, use, quantity in fresh if use.is_booked]
    quotas.put_back(
        by,
        [(f"benefit-use:{use_key(one.of_key).hex}", f"benefit-return:{one.key}", quantity, one.because) for one, _, quantity in of_quota],
        now,
    )
    first = [{"key": one.of_key, "benefit": use.benefit, "quantity": quantity} for one, use, quantity in fresh[:20]]
    audit(by, "benefit.returned", "benefits", {"returns": len(fresh), "first": first}, fresh[0][0].because, at=now)
