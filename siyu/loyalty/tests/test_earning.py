"""Earning: what an order, a check-in, a refund and time do, as worked examples."""

from datetime import date

import msgspec
import pytest

from siyu.loyalty.tests.given import (
    NOON,
    balance,
    days,
    default_ladder,
    default_rules,
    fact,
    ladder,
    merged,
    paid,
    programme,
    received,
    refunded,
    rule,
    walk,
)

POINTS_PER_YUAN = {"trigger": "order.paid", "formula": {"kind": "per_amount"}, "tier_multiplier": True}
GOLD_FROM_START = ladder(("gold", 0, 1.5))


def test_refund_in_three_parts_takes_back_exactly_what_the_order_earned():
    gold = programme([rule(POINTS_PER_YUAN | {"matures": {"kind": "after_receipt_days"}})], [GOLD_FROM_START])
    book = walk(paid(39_900), of=gold)
    assert balance(book, "pending") == 598

    taken = []
    for _ in range(3):
        before = balance(book, "pending")
        walk(refunded(13_300), book=book)
        taken.append(balance(book, "pending") - before)

    assert taken == [-199, -200, -199]
    assert balance(book, "pending") == 0
    assert balance(book, "revoked") == 598


def test_a_refund_before_its_order_is_taken_off_at_once():
    gold = programme([rule(POINTS_PER_YUAN)], [GOLD_FROM_START])

    book = walk(refunded(13_300), paid(39_900), refunded(26_600), of=gold)

    assert [(p.kind, p.amount) for p in book.postings] == [("earn", 598), ("reverse_earn", 199), ("reverse_earn", 399)]


def test_a_refund_larger_than_the_order_takes_back_everything_and_no_more():
    book = walk(paid(10_000), refunded(25_000), refunded(1))

    assert balance(book, "revoked") == 100
    assert balance(book, "debt") == 0


def test_a_refund_that_is_told_twice_counts_once():
    book = walk(paid(10_000), refunded(2_500, refund="R1"), refunded(2_500, refund="R1"), refunded(2_500, refund="R2"))

    assert balance(book, "revoked") == 50


def test_a_closed_order_loses_what_it_earned():
    book = walk(paid(10_000), refunded(2_500), fact("order.closed", shop="web", order_number="A1"), refunded(7_500))

    assert balance(book, "pending") == 0
    assert balance(book, "available", "growth") == 0
    assert balance(book, "revoked") == 100


def test_points_wait_for_the_receipt_and_seven_days():
    book = walk(paid(10_000), received(at=NOON + days(2)), NOON + days(8.99))
    assert (balance(book, "pending"), balance(book, "available")) == (100, 0)

    walk(NOON + days(9), book=book)

    assert (balance(book, "pending"), balance(book, "available")) == (0, 100)
    assert book.postings[-1].at == NOON + days(9)


def test_a_receipt_that_comes_before_its_order_counts():
    book = walk(received(at=NOON), paid(10_000, at=NOON), NOON + days(7))

    assert balance(book, "available") == 100


def test_an_order_in_a_store_is_received_at_once():
    book = walk(paid(10_000, is_in_store=True), NOON + days(7))

    assert balance(book, "available") == 100


def test_a_receipt_told_late_makes_points_available_when_it_is_told():
    told_at = NOON + days(20)

    book = walk(paid(10_000), received(at=NOON + days(1), clock=told_at))

    assert balance(book, "available") == 100
    assert book.postings[-1].at == told_at


def test_points_expire_at_the_end_of_the_month_a_year_later():
    book = walk(paid(10_000, is_in_store=True), NOON + days(394))
    assert balance(book, "available") == 100  # 31 March 2027 is the last valid day

    walk(NOON + days(395), book=book)

    assert (balance(book, "available"), balance(book, "expired")) == (0, 100)
    assert book.postings[-1].business_day == date(2027, 4, 1)


def test_a_refund_of_what_expired_unused_leaves_no_debt():
    book = walk(paid(10_000, is_in_store=True), NOON + days(400), refunded(10_000, at=NOON + days(401)))

    assert (balance(book, "expired"), balance(book, "revoked"), balance(book, "debt")) == (0, 100, 0)


def test_zero_and_odd_amounts_earn_nothing():
    book = walk(
        paid(0), paid(-500, order="A2"), fact("order.paid", shop="web", order_number="A3", amount_minor="12.50"), fact("order.paid")
    )

    assert book.postings == []


def test_history_earns_nothing_and_an_order_earns_once():
    book = walk(paid(10_000, historical=True), paid(20_000, order="A2"), paid(20_000, order="A2"))

    assert balance(book, "pending") == 200


def test_a_check_in_earns_once_a_business_day():
    book = walk(
        fact("member.checked_in"),
        fact("member.checked_in", at=NOON + days(0.4)),
        fact("member.checked_in", at=NOON + days(0.5)),  # after midnight in Shanghai
    )

    assert [(p.kind, p.amount, p.business_day.day) for p in book.postings] == [("earn", 5, 2), ("earn", 5, 3)]


def test_a_cap_of_points_grants_what_is_left():
    capped = programme([rule({"trigger": "video.watched", "formula": {"kind": "fixed", "points": 40}, "caps": {"points_per_day": 100}})])

    book = walk(*(fact("video.watched") for _ in range(4)), of=capped)

    assert [p.amount for p in book.postings] == [40, 40, 20]


@pytest.mark.parametrize(
    ("growth", "tier"),
    [(-1, ""), (0, "bronze"), (999, "bronze"), (1_000, "silver"), (4_999, "silver"), (5_000, "gold"), (10**9, "platinum")],
)
def test_a_tier_is_held_from_its_threshold_on(growth, tier):
    assert default_ladder().tier_for(growth).code == tier


def test_a_merge_opens_no_cap_again():
    book = walk(fact("member.checked_in", 1), fact("member.checked_in", 2), merged(1, 2), fact("member.checked_in", 1))

    assert balance(book, "available", member=1) == 10


def test_the_multiplier_is_that_of_the_tier_held_at_that_moment():
    book = walk(paid(500_000), paid(39_900, order="A2"))

    assert [(p.account.unit, p.amount, p.tier) for p in book.postings] == [
        ("growth", 5_000, "bronze"),
        ("points", 5_000, "bronze"),
        ("growth", 399, "gold"),
        ("points", 598, "gold"),
    ]
    assert [(news.move.before, news.move.after) for news in book.news] == [("bronze", "gold")]


def test_the_tier_follows_growth_down_when_a_refund_takes_it():
    order = paid(120_000)
    refund = refunded(30_000, at=NOON + days(1))

    book = walk(order, refund)

    assert [(news.move.before, news.move.after, news.cause) for news in book.news] == [
        ("bronze", "silver", order),
        ("silver", "bronze", refund),
    ]
    assert book.member(1).since == NOON + days(1)


def test_a_refund_falls_to_who_earned_not_to_who_asks():
    book = walk(paid(10_000, member=1), refunded(10_000, member=2), refunded(1, member=None))

    assert balance(book, "pending", member=1) == 0
    assert [p.account.origin for p in book.postings] == [1, 1, 1, 1]


def test_the_version_of_the_facts_own_day_is_used():
    old = rule({"trigger": "order.paid", "formula": {"kind": "fixed", "points": 1}}, id=1, version=1)
    new = rule({"trigger": "order.paid", "formula": {"kind": "fixed", "points": 9}}, id=2, version=2, from_day=date(2026, 3, 3))
    late = NOON + days(3)

    book = walk(paid(100, at=NOON + days(1)), paid(100, order="A2", at=NOON, clock=late), of=programme([old, new]))

    assert [(p.amount, p.rule_id) for p in book.postings] == [(9, 2), (1, 1)]


def test_a_rule_that_has_ended_does_not_fall_back_to_its_older_version():
    old = rule({"trigger": "order.paid", "formula": {"kind": "fixed", "points": 1}}, id=1, version=1)
    new = rule(
        {"trigger": "order.paid", "formula": {"kind": "fixed", "points": 9}},
        id=2,
        version=2,
        from_day=date(2026, 2, 1),
        until_day=date(2026, 2, 9),
    )

    assert walk(paid(100), of=programme([old, new])).postings == []


def test_a_new_version_of_the_tiers_judges_everybody_when_it_starts():
    starts = ladder(("bronze", 0, 1), ("silver", 100, 1), version=2, from_day=date(2026, 3, 4))

    book = walk(paid(50_000), NOON + days(5), of=programme(default_rules(), [default_ladder(), starts]))

    move = book.news[0].move
    assert (move.before, move.after, move.at, book.news[0].cause) == ("bronze", "silver", starts.starts_at, None)


def test_joined_members_stand_by_the_growth_of_both_and_it_is_no_news():
    book = walk(paid(60_000, member=1), paid(60_000, member=2, order="B1"), merged(1, 2), paid(10_000, member=1, order="A9"))

    assert book.news == []
    assert book.postings[-1].amount == 120  # silver × 1.2
    assert (book.member(2).id, book.member(1).growth) == (1, 1_300)


@pytest.mark.parametrize("spent", [0, 30, 100])
def test_what_was_spent_is_owed_and_paid_by_what_comes_next(spent):
    plain = programme([rule(POINTS_PER_YUAN)], [ladder(("plain", 0, 1))])
    book = walk(paid(10_000), of=plain)
    member = book.member(1)
    ((key, lot),) = member.lots.items()
    book.members[1] = msgspec.structs.replace(member, lots={key: msgspec.structs.replace(lot, remaining=100 - spent)})

    walk(refunded(10_000), book=book)
    assert -balance(book, "debt") == spent

    walk(paid(5_000, order="A2"), book=book)
    assert -balance(book, "debt") == max(spent - 50, 0)
    assert sum(left.remaining for left in book.member(1).lots.values()) == 50 - min(spent, 50)
