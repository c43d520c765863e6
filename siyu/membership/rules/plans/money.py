"""What a refund, an upgrade and a merge do to the days and the money of a paid membership. Whole days, whole minor units, no remainder."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from .subscription import HELD, RUNNING, Payment, State, Subscription, Term

change = msgspec.structs.replace


def ordered(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Terms in the order of their days."""
    return tuple(sorted(terms, key=lambda term: (term.from_day, term.to_day, term.payment, term.kind)))


def split(terms: Sequence[Term], day: date) -> tuple[list[Term], list[Term]]:
    """What lies before a day, with all that covers no days, and the days that were paid for from it on."""
    past, rest = [term for term in terms if not term.covers], []
    for term in terms:
        if term.covers:
            before, after = term.cut(day)
            past += [before] if before is not None else []
            rest += [after] if after is not None else []
    return past, rest


def laid_out(rest: Sequence[Term], start: date) -> list[Term]:
    """Terms one behind the other from a day on."""
    placed = []
    for term in rest:
        term = term.shifted((start - term.from_day).days)
        placed.append(term)
        start = term.to_day
    return placed


def unused_minor(standing: Subscription, day: date, payment: Payment | None = None) -> int:
    """The value of the days from `day` on that are paid for, by one payment or by all."""
    _, rest = split(standing.terms, day)
    return sum(term.amount_minor for term in rest if payment is None or term.payment == payment.key)


def credited(standing: Subscription, day: date) -> tuple[Subscription, int]:
    """The membership cut at a day, and what its rest is worth towards another plan."""
    past, rest = split(standing.terms, day)
    worth: dict = {}
    for term in rest:
        worth[term.payment] = worth.get(term.payment, 0) + term.amount_minor
    payments = tuple(change(one, credit_out_minor=one.credit_out_minor + worth.get(one.key, 0)) for one in standing.payments)
    return change(standing, terms=ordered(past), payments=payments), sum(worth.values())


def returned(standing: Subscription, payment: Payment, amount_minor: int, day: date, *, ends: bool) -> tuple[Subscription, int]:
    """Money of a payment goes back, and what exceeds it of those that its rest was credited to; returns how much could."""
    after, done = refunded(standing, payment, amount_minor, day, ends=ends)
    takes = payment.credit_out_minor > 0
    for heir in standing.payments[standing.payments.index(payment) + 1 :]:
        if takes and heir.credit_in_minor and done < amount_minor:
            after, more = refunded(after, heir, amount_minor - done, day, ends=ends)
            done += more
    return after, done


def is_paid_back(standing: Subscription, key: UUID) -> bool:
    """Whether all of a payment went back."""
    payment = standing.payment(key)
    return payment is not None and 0 < payment.amount_minor <= payment.refunded_minor + payment.credit_out_minor


def refunded(standing: Subscription, payment: Payment, amount_minor: int, day: date, *, ends: bool) -> tuple[Subscription, int]:
    """Money of a payment goes back; returns how much of it could. All of it, or `ends`, takes all days left, a part its part of them.

    The parts of a refund take together exactly the days that the whole would have taken. What is paid back beyond the value of the
    days taken is a reversal of what was earned; what is not paid back of days taken is kept.
    """
    worth = payment.amount_minor + payment.credit_in_minor - payment.credit_out_minor
    amount = max(min(amount_minor, worth - payment.refunded_minor), 0)
    if not amount and not ends:
        return standing, 0
    past, rest = split(standing.terms, day)
    own = [term for term in rest if term.payment == payment.key]
    left = sum(term.days for term in own)
    total = payment.refunded_minor + amount
    taken = left
    if not ends and total < worth:
        taken = min(payment.total_days * total // worth - payment.removed_days, left)
    after, value = _without(rest, own, taken)
    kept_value = value - amount
    if kept_value > 0 and taken < left:  # the days that stay keep their value
        after, kept_value = _worth_more(after, payment, kept_value), 0
    elif kept_value < 0 and taken < left:
        after, kept_value = _worth_less(after, payment, -kept_value)
    if kept_value:
        kind = "kept" if kept_value > 0 else "reversal"
        past.append(Term(payment.key, payment.plan, payment.version, kind, day, day, kept_value))
    start = rest[0].from_day if rest else day
    payments = tuple(
        change(one, refunded_minor=total, removed_days=one.removed_days + taken) if one.key == payment.key else one
        for one in standing.payments
    )
    return change(standing, terms=ordered((*past, *laid_out(after, start))), payments=payments), amount


def _without(rest: Sequence[Term], own: Sequence[Term], days: int) -> tuple[list[Term], int]:
    """The days left without the last `days` of one payment, and what these were worth."""
    cuts: dict[int, Term | None] = {}
    value = 0
    for term in reversed(own):
        if days <= 0:
            break
        stays, goes = term.cut(term.to_day - timedelta(days=min(days, term.days)))
        cuts[id(term)] = stays
        if goes is not None:
            value += goes.amount_minor
            days -= goes.days
    return [stays for term in rest if (stays := cuts.get(id(term), term)) is not None], value


def _worth_more(rest: Sequence[Term], payment: Payment, amount: int) -> list[Term]:
    last = max(index for index, term in enumerate(rest) if term.payment == payment.key)
    return [change(term, amount_minor=term.amount_minor + amount) if index == last else term for index, term in enumerate(rest)]


def _worth_less(rest: Sequence[Term], payment: Payment, amount: int) -> tuple[list[Term], int]:
    """Take an amount off the days that stay, the last first; what they are not worth remains to be reversed (negative)."""
    after = list(rest)
    for index in reversed(range(len(after))):
        if after[index].payment == payment.key and amount:
            off = min(amount, after[index].amount_minor)
            after[index] = change(after[index], amount_minor=after[index].amount_minor - off)
            amount -= off
    return after, -amount


def joined(one: Subscription, other: Subscription, day: date) -> Subscription:
    """Two memberships of one person: the longer goes on, the rest of the other is added behind it; payments and the past add up."""
    longer, shorter = (other, one) if _rank(other) > _rank(one) else (one, other)
    payments = (*one.payments, *other.payments)
    if longer.state not in RUNNING:
        return change(longer, terms=ordered((*one.terms, *other.terms)), payments=payments)
    past, rest = split(longer.terms, day)
    more_past, more = split(shorter.terms, day)
    since = min((start for start in (one.since, other.since) if start is not None), default=None)
    return change(longer, since=since, terms=ordered((*past, *more_past, *laid_out((*rest, *more), day))), payments=payments)


def _rank(standing: Subscription) -> tuple[int, date]:
    order = 2 if standing.state in RUNNING else 1 if standing.state is State.GRACE else 0
    last = standing.until if standing.state in HELD else standing.ended_on
    return order, last or date.min
