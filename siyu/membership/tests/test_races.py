"""Fifty hands on the last gift, on one check-in, on one code: exactly one has it, and every invariant holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest
from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.tasks import make_partitions
from siyu.lib.refusal import Refusal
from siyu.loyalty.tests.scene import START, rows
from siyu.membership.services.check_in import check_in, publish_check_in
from siyu.membership.services.mall import cancel, hand_over, redeem
from siyu.membership.services.tasks import claim
from siyu.membership.tests.counter import LI, available, fetch, gift, held, person, stock, vouchers
from siyu.membership.tests.deeds import LADDER, install_behaviours, pays
from siyu.membership.tests.test_verify import broken
from siyu.merchant.rules import SYSTEM

HANDS = 50


def all_at_once(does: Callable[[int], object], hands: int = HANDS) -> list[str]:
    """What each of many threads got when all began together: `done`, or the code of a refusal."""
    ready = Barrier(hands)

    def one(number: int) -> str:
        try:
            ready.wait(60)
            does(number)
            return "done"
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        return sorted(pool.map(one, range(hands)))


@pytest.fixture
def pool(clone: str, owner: psycopg.Connection) -> list[int]:
    """Ten members with points; five hands each."""
    make_partitions(START.date() - timedelta(days=1), START.date() + timedelta(days=3))
    return [person(f"m{number}") for number in range(10)]


@pytest.mark.slow
def test_one_of_fifty_gets_the_last_gift(pool: list[int]) -> None:
    gift("thermos", stock=1)

    got = all_at_once(lambda number: fetch(pool[number % 10], "thermos", f"key {number}"))

    assert got == ["done"] + ["gift.sold_out"] * (HANDS - 1)
    assert stock("thermos") == 0
    assert sum(held(member) for member in pool) == 100
    assert broken() == []


@pytest.mark.slow
def test_limits_and_codes_hold_under_fifty_hands(pool: list[int]) -> None:
    gift("thermos", stock=100, limit_each=2)
    vouchers("tea", *(f"T-{number}" for number in range(7)))

    limited = all_at_once(lambda number: fetch(pool[number % 10], "thermos", f"a {number}"))
    codes = all_at_once(lambda number: redeem(SYSTEM, pool[number % 10], "tea", f"b {number}", START))

    assert (limited.count("done"), limited.count("gift.limit")) == (20, 30)
    assert (codes.count("done"), codes.count("gift.sold_out")) == (7, 43)
    assert rows("SELECT count(DISTINCT redemption_id), count(*) FROM membership_voucher WHERE redemption_id IS NOT NULL")[0] == (7, 7)
    assert broken() == []


@pytest.mark.slow
def test_one_key_one_code_and_one_day_have_one_effect(pool: list[int]) -> None:
    anna = pool[0]
    gift("thermos", stock=100)
    publish_check_in(SYSTEM, LADDER, START.date(), today=START.date(), now=START)

    assert all_at_once(lambda _number: fetch(anna, "thermos", "one key")) == ["done"] * HANDS
    assert (available(anna), stock("thermos")) == (900, 99)
    code = fetch(anna, "thermos", "one key").pick_up_code
    assert all_at_once(lambda _number: hand_over(LI, code, START)).count("done") == 1
    assert all_at_once(lambda _number: check_in(SYSTEM, [anna], START)) == ["done"] * HANDS
    pump(START)
    assert rows("SELECT count(*) FROM membership_checkin")[0][0] == 1
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'member.checked_in'")[0][0] == 1
    assert broken() == []


@pytest.mark.slow
def test_cancelling_races_handing_over_and_claiming_races_itself(pool: list[int]) -> None:
    gift("thermos", stock=100)
    fetched = fetch(pool[0], "thermos", "k")

    def either(number: int) -> None:
        if number % 2:
            cancel(SYSTEM, fetched.number, "不要了", START)
        else:
            hand_over(LI, fetched.pick_up_code, START)

    assert all_at_once(either, 20).count("done") == 1
    assert available(pool[0]) + held(pool[0]) in (900, 1_000)
    install_behaviours(START.date())
    for number in range(3):
        pays("m1", f"A{number}", START)
    before = available(pool[1])
    assert all_at_once(lambda _number: claim(SYSTEM, pool[1], "orders_3", START), 20).count("done") == 1
    assert available(pool[1]) == before + 25
    assert broken() == []
