"""Races for value: everything `loyalty.services` moves. A scene is set, racers act, and one thing must be so afterwards."""

from dataclasses import replace

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.loyalty.queries import Cart
from siyu.loyalty.services import (
    Adjust,
    Capture,
    Extend,
    GiveBack,
    Grant,
    Hold,
    Receipt,
    Spend,
    TakeBack,
    Transfer,
    Void,
    adjust,
    approve_adjustment,
    cancel_payment,
    capture,
    extend,
    give_back,
    grant,
    hold,
    pay_with_points,
    reject_adjustment,
    spend,
    take_back,
    transfer,
    void,
)
from siyu.loyalty.tests.scene import days, rows
from siyu.merchant.rules import SYSTEM, Actor

from .pool import START, WHY, Pool, Ready, balance, race

ANNA, BO = Actor("staff", 1, "Anna"), Actor("staff", 2, "Bo")
LATER = START + days(1)


def told(receipts: list[Receipt]) -> Receipt:
    """The answer as any repetition has to give it."""
    return replace(receipts[0], is_repeated=False)


@race(winners=None)
def one_grant_asked_by_all(pool: Pool) -> Ready:
    member, key = pool.member(), pool.key()
    one = Grant(member, "points", 100, key, WHY)
    return Ready(lambda _: told(grant(SYSTEM, [one], START)), lambda: balance(member) == 100)


@race(winners=None)
def grants_by_everybody(pool: Pool) -> Ready:
    member, key, done = pool.member(), pool.key(), "SELECT count(*) FROM loyalty_operation WHERE starts_with(key, %s)"

    def act(number: int) -> None:
        grant(SYSTEM, [Grant(member, "points", 7, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: balance(member) == 7 * rows(done, [f"{key}/"])[0][0])


@race(winners=1, losers="value.insufficient")
def spendings_of_all_there_is(pool: Pool) -> Ready:
    member, key = pool.member(100), pool.key()

    def act(number: int) -> None:
        spend(SYSTEM, [Spend(member, "points", 100, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: (balance(member), balance(member, "spent")) == (0, 100))


@race(winners=None)
def one_spending_asked_by_all(pool: Pool) -> Ready:
    one = Spend(pool.member(1_000), "points", 100, pool.key(), WHY)
    return Ready(lambda _: told(spend(SYSTEM, [one], START)), lambda: balance(one.member_id) == 900)


@race(winners=1, losers="key.reused")
def one_key_for_spendings_by_several(pool: Pool) -> Ready:
    members, key = pool.each(100), pool.key()

    def act(number: int) -> None:
        spend(SYSTEM, [Spend(members[number], "points", 100, key, WHY)], START)

    return Ready(act, lambda: sum(balance(member, "spent") for member in members) == 100)


@race(winners=1, losers="value.insufficient")
def holds_of_all_there_is(pool: Pool) -> Ready:
    member, key = pool.member(100), pool.key()

    def act(number: int) -> None:
        hold(SYSTEM, [Hold(member, "points", 100, f"{key}/{number}", WHY, LATER)], START)

    return Ready(act, lambda: (balance(member), balance(member, "held")) == (0, 100))


@race(winners=1, losers="hold.closed")
def captures_of_one_hold(pool: Pool) -> Ready:
    key = held(pool, 60)
    member = owner(key)

    def act(number: int) -> None:
        capture(SYSTEM, [Capture(key, f"{key}/{number}", 40)], START)

    return Ready(act, lambda: (balance(member), balance(member, "held"), balance(member, "spent")) == (60, 0, 40))


@race(winners=None)
def one_capture_asked_by_all(pool: Pool) -> Ready:
    key = held(pool, 60)
    one, member = Capture(key, f"{key}/c", 40), owner(key)
    return Ready(lambda _: told(capture(SYSTEM, [one], START)), lambda: (balance(member), balance(member, "spent")) == (60, 40))


@race(winners=1, losers="hold.closed")
def capturing_against_freeing(pool: Pool) -> Ready:
    key = held(pool, 60)

    def act(number: int) -> None:
        if number % 2:
            capture(SYSTEM, [Capture(key, f"{key}/{number}")], START)
        else:
            void(SYSTEM, [Void(key, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: balance(owner(key), "held") == 0 and balance(owner(key)) in (100, 40))


@race(winners=1, losers="value.returned")
def returns_of_one_spending(pool: Pool) -> Ready:
    member, key = pool.member(100), pool.key()
    spend(SYSTEM, [Spend(member, "points", 100, key, WHY)], START)

    def act(number: int) -> None:
        give_back(SYSTEM, [GiveBack(key, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: (balance(member), balance(member, "spent")) == (100, 0))


@race(winners=1, losers="value.returned")
def reversals_of_one_grant(pool: Pool) -> Ready:
    member, key = pool.member(), pool.key()
    grant(SYSTEM, [Grant(member, "points", 100, key, WHY)], START)

    def act(number: int) -> None:
        take_back(SYSTEM, [TakeBack(key, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: balance(member) == 0)


@race(winners=1, losers="value.insufficient")
def presents_of_all_there_is(pool: Pool) -> Ready:
    giver, friends, key = pool.member(100), pool.each(), pool.key()

    def act(number: int) -> None:
        transfer(SYSTEM, [Transfer(giver, friends[number], "points", 100, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: balance(giver) == 0 and sum(map(balance, friends)) == 100)


@race(winners=None)
def presents_that_cross(pool: Pool) -> Ready:
    pair, key = [pool.member(10_000), pool.member(10_000)], pool.key()

    def act(number: int) -> None:
        one, other = pair if number % 2 else reversed(pair)
        transfer(SYSTEM, [Transfer(one, other, "points", 50, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: sum(map(balance, pair)) == 20_000)


@race(winners=None)
def sets_in_opposite_order(pool: Pool) -> Ready:
    pair, key = [pool.member(10_000), pool.member(10_000)], pool.key()

    def act(number: int) -> None:
        ordered = pair if number % 2 else pair[::-1]
        spend(SYSTEM, [Spend(member, "points", 1, f"{key}/{number}/{member}", WHY) for member in ordered], START)

    return Ready(act, lambda: balance(pair[0]) == balance(pair[1]) < 10_000)


@race(winners=1, losers="value.insufficient")
def corrections_of_all_there_is(pool: Pool) -> Ready:
    member, key = pool.member(100), pool.key()

    def act(number: int) -> None:
        adjust(ANNA, [Adjust(member, "points", -100, f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: balance(member) == 0)


@race(winners=None)
def one_large_correction_asked_by_all(pool: Pool) -> Ready:
    member, key, waiting = pool.member(), pool.key(), "SELECT count(*) FROM loyalty_adjustment WHERE key = %s"
    one = Adjust(member, "points", 20_000, key, WHY)
    return Ready(lambda _: adjust(ANNA, [one], START), lambda: balance(member) == 0 and rows(waiting, [key]) == [(1,)])


@race(winners=1, losers="adjust.decided", again="adjust.decided")
def approving_against_rejecting(pool: Pool) -> Ready:
    member, key = pool.member(), pool.key()
    adjust(ANNA, [Adjust(member, "points", 20_000, key, WHY)], START)

    def act(number: int) -> None:
        if number % 2:
            reject_adjustment(BO, key, "nein", START)
        else:
            approve_adjustment(BO, key, START)

    return Ready(act, lambda: balance(member) in (0, 20_000))


@race(winners=1, losers="value.insufficient")
def extensions_of_one_lot(pool: Pool) -> Ready:
    member, key = pool.member(), pool.key()
    grant(SYSTEM, [Grant(member, "points", 100, key, WHY, expires_at=START + days(9))], START)

    def act(number: int) -> None:
        extend(SYSTEM, [Extend(member, "points", START + days(99), f"{key}/{number}", WHY)], START)

    return Ready(act, lambda: balance(member) == 100)


@race(winners=1, losers="payment.exists")
def payments_of_one_order(pool: Pool) -> Ready:
    member, key = pool.member(5_000), pool.key()

    def act(number: int) -> None:
        pay_with_points(SYSTEM, member, Cart("web", 10_000, (), key), 1_000, f"{key}/{number}", now=START)

    return Ready(act, lambda: (balance(member), balance(member, "held")) == (4_000, 1_000))


@race(winners=1, losers="payment.balance payment.too_many payment.missing value.insufficient")
def payments_of_several_orders_with_the_same_points(pool: Pool) -> Ready:
    member, key = pool.member(1_000), pool.key()

    def act(number: int) -> None:
        pay_with_points(SYSTEM, member, Cart("web", 10_000, (), f"{key}/{number}"), 1_000, f"{key}/{number}", now=START)

    return Ready(act, lambda: (balance(member), balance(member, "held")) == (0, 1_000))


@race(winners=1, losers="payment.exists")
def payments_of_one_order_by_several(pool: Pool) -> Ready:
    members, key = pool.each(5_000), pool.key()

    def act(number: int) -> None:
        pay_with_points(SYSTEM, members[number], Cart("web", 10_000, (), key), 1_000, f"{key}/{number}", now=START)

    return Ready(act, lambda: sum(balance(member, "held") for member in members) == 1_000)


@race(winners=None)
def one_payment_asked_by_all(pool: Pool) -> Ready:
    member, key = pool.member(5_000), pool.key()
    cart = Cart("web", 10_000, (), key)
    return Ready(lambda _: pay_with_points(SYSTEM, member, cart, 1_000, key, now=START), lambda: balance(member, "held") == 1_000)


@race(winners=1, losers="payment.unknown", again="payment.unknown")
def cancellings_of_one_payment(pool: Pool) -> Ready:
    member, key = pool.member(5_000), pool.key()
    pay_with_points(SYSTEM, member, Cart("web", 10_000, (), key), 1_000, key, now=START)

    def act(number: int) -> None:
        cancel_payment(SYSTEM, "web", key, now=START)

    return Ready(act, lambda: (balance(member), balance(member, "held")) == (5_000, 0))


@race(winners=None)
def the_pump_among_spendings(pool: Pool) -> Ready:
    (handle, member), key, done = pool.somebody(), pool.key(), "SELECT count(*) FROM loyalty_operation WHERE starts_with(key, %s)"
    grant(SYSTEM, [Grant(member, "points", 1_000, key, WHY)], START)
    order = {"shop": "web", "order_number": key, "amount_minor": 10_000}
    paid = Incoming(name="order.paid", occurred_at=START, message=key, handles=[Handle("user_id", handle)], properties=order)
    record([paid], source="web", received_at=START)

    def act(number: int) -> None:
        if number:
            spend(SYSTEM, [Spend(member, "points", 1, f"{key}/{number}", WHY)], START)
        else:
            assert pump(START).stopped == ""

    return Ready(act, lambda: balance(member, "spent") == rows(done, [f"{key}/"])[0][0])


def held(pool: Pool, amount: int) -> str:
    """A hold on points of a member who has a hundred; its key."""
    key = pool.key()
    hold(SYSTEM, [Hold(pool.member(100), "points", amount, key, WHY, LATER)], START)
    return key


def owner(key: str) -> int:
    return rows("SELECT member_id FROM loyalty_operation WHERE key = %s", [key])[0][0]
