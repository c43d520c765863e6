"""What holds of the fold for any history: nothing negative, sums that agree, and answers that depend on nothing but their arguments."""

from collections import Counter
from copy import deepcopy
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.loyalty.rules import Book
from siyu.loyalty.rules.fold import earn, follow, told
from siyu.loyalty.rules.ledger import Member, Purchase
from siyu.loyalty.rules.tiers.ladder import NO_LADDER
from siyu.loyalty.tests.given import NOON, fact, merged, paid, programme, received, refunded, walk

ORDERS = ("1", "2", "3")
BOUNDED = settings(max_examples=50, deadline=None)


@st.composite
def histories(draw: st.DrawFn) -> list[Any]:
    """Orders, refunds, receipts, check-ins, closings and merges of three people over weeks, in some order."""
    events: list[Any] = []
    at = NOON
    living = [1, 2, 3]
    for _ in range(draw(st.integers(1, 25))):
        at += timedelta(hours=draw(st.sampled_from([0, 1, 30, 200])))
        who, order = draw(st.sampled_from(living)), draw(st.sampled_from(ORDERS))
        kind = draw(st.sampled_from(["paid", "paid", "refunded", "received", "check_in", "closed", "merge", "wait"]))
        if kind == "paid":
            events.append(paid(draw(st.integers(0, 700_000)), who, order, at))
        elif kind == "refunded":
            events.append(refunded(draw(st.integers(0, 400_000)), order, at, who))
        elif kind == "received":
            events.append(received(order, at, who))
        elif kind == "check_in":
            events.append(fact("member.checked_in", who, at))
        elif kind == "closed":
            events.append(fact("order.closed", who, at, shop="web", order_number=order))
        elif kind == "wait":
            events.append(at)
        elif len(living) > 1 and who != living[0]:
            living.remove(who)
            events.append(merged(living[0], who, at))
    return events


def sums(book: Book) -> Counter[tuple[Any, str]]:
    """Every balance of every account, from the postings alone."""
    found: Counter[tuple[Any, str]] = Counter()
    for posting in book.postings:
        found[posting.account, posting.debit] -= posting.amount
        found[posting.account, posting.credit] += posting.amount
    return found


@BOUNDED
@given(histories())
def test_balances_sum_to_zero_and_none_but_debt_is_negative(events: list[Any]) -> None:
    book = walk(*events)

    balances = sums(book)

    for account in {account for account, _ in balances}:
        assert sum(amount for (other, _), amount in balances.items() if other == account) == 0
    assert all(amount >= 0 for (_, bucket), amount in balances.items() if bucket not in ("issued", "debt"))
    lots = [lot for member in book.members.values() for lot in member.lots.values()]
    held = Counter()
    for lot in lots:
        held[lot.account, "pending" if lot.is_pending else "available"] += lot.remaining
        assert 0 <= lot.remaining <= lot.amount
    assert all(balances[key] == held[key] for key in {*balances, *held} if key[1] in ("pending", "available"))


@BOUNDED
@given(histories())
def test_keys_are_unique_and_the_tier_is_that_of_the_growth(events: list[Any]) -> None:
    book = walk(*events)

    keys = [posting.key for posting in book.postings]
    assert len(keys) == len(set(keys))
    ladder = programme().ladder_at(NOON)
    assert ladder is not NO_LADDER
    for member in book.members.values():
        growth = sum(lot.remaining for lot in member.lots.values() if lot.account.unit == "growth")
        assert member.growth == growth
        assert member.since is None or member.tier == ladder.tier_for(growth).code


@BOUNDED
@given(histories())
def test_refunding_everything_leaves_nothing_of_any_order(events: list[Any]) -> None:
    last = NOON + timedelta(days=300)

    book = walk(*events, *(refunded(10**9, order, last) for order in ORDERS))

    lots = [lot for member in book.members.values() for lot in member.lots.values() if lot.order is not None]
    assert all((lot.remaining, lot.reversed, lot.expired) == (0, lot.amount, 0) for lot in lots)
    assert all(not amount for (_, bucket), amount in sums(book).items() if bucket == "debt")


@BOUNDED
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_fold_leaves_what_it_was_given_as_it_was(amount: int, back: int) -> None:
    rules = programme()
    first = paid(amount)
    begun = earn(rules, Member(1), first, Purchase(("web", "A1")))
    member, purchase = begun.member, begun.purchase
    before = deepcopy((member, purchase))
    refund = refunded(back)

    answers = [follow(rules, member, refund, told(purchase, refund)) for _ in range(2)]

    assert answers[0] == answers[1]
    assert (member, purchase) == before
