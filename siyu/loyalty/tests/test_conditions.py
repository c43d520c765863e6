"""Each kind of condition: when it holds, when not and why, and what it makes of an order's lines."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from siyu.loyalty.rules.conditions import Condition
from siyu.loyalty.rules.person import NOBODY, Birthday, Person
from siyu.loyalty.rules.seen import Frame, Seen, Shared
from siyu.loyalty.tests.given import NOON, ZONE, fact

LINES = [
    {"sku": "tea", "category": "drinks", "quantity": 2, "amount_minor": 6_000},
    {"sku": "cup", "category": "ware", "quantity": 1, "amount_minor": 4_000},
    {"sku": "card", "quantity": 1, "amount_minor": 10_000},
]
ORDER: dict[str, Any] = {"amount_minor": 20_000, "lines": LINES, "shop": "web", "store": "S1", "channel": "wechat", "km": 4.5}
SHARED = Shared(categories={"tea": ("green_tea", "drinks_all"), "card": ("gift_cards",)})


def seen(properties: dict[str, Any] = ORDER, at: datetime = NOON, tier: str = "silver", person: Person = NOBODY) -> Seen:
    return Seen(fact("order.paid", at=at, **properties), Frame(ZONE, sources={1: "youzan"}), tier, person, SHARED)


def unmet(condition: dict[str, Any], of: Seen) -> str:
    """The code of the reason, or nothing."""
    read = msgspec.convert(condition, type=Condition)
    assert read.fault() is None
    reason = read.unmet(of)
    return reason.code if reason is not None else ""


def shanghai(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"kind": "amount", "at_least": 20_000}, ""),
        ({"kind": "amount", "at_least": 20_001}, "amount.below"),
        ({"kind": "amount", "at_least": 1, "at_most": 19_999}, "amount.above"),
        ({"kind": "amount", "at_least": 4, "property": "km"}, ""),
        ({"kind": "amount", "at_least": 5, "property": "km"}, "amount.below"),
        ({"kind": "amount", "at_most": 4, "property": "km"}, "amount.above"),
        ({"kind": "place", "shops": ["web", "app"], "stores": ["S1"], "channels": ["wechat"], "sources": ["youzan"]}, ""),
        ({"kind": "place", "stores": ["S2"]}, "place.other"),
        ({"kind": "place", "sources": ["shopify"]}, "place.other"),
        ({"kind": "tier", "codes": ["silver", "gold"]}, ""),
        ({"kind": "tier", "codes": ["gold"]}, "tier.other"),
        ({"kind": "member_day", "days_of_month": [2]}, ""),
        ({"kind": "member_day", "days_of_month": [-1, 8], "dates": ["2026-03-02"]}, ""),
        ({"kind": "member_day", "days_of_month": [-1, 8]}, "member_day.other"),
        ({"kind": "hours", "weekdays": [1], "begins": "12:00", "ends": "12:01"}, ""),
        ({"kind": "hours", "weekdays": [2]}, "hours.weekday"),
        ({"kind": "hours", "begins": "12:01", "ends": "12:00"}, "hours.outside"),
        ({"kind": "products", "skus": ["cup"]}, ""),
        ({"kind": "products", "categories": ["drinks_all"]}, ""),
        ({"kind": "products", "skus": ["pot"]}, "products.none"),
        ({"kind": "products", "except_skus": ["tea", "cup"], "except_categories": ["gift_cards"]}, "products.none"),
    ],
)
def test_what_an_order_meets(condition: dict[str, Any], code: str) -> None:
    assert unmet(condition, seen()) == code


def test_only_the_lines_that_match_earn() -> None:
    order = seen()

    assert unmet({"kind": "products", "except_categories": ["gift_cards"]}, order) == ""

    assert [line["sku"] for line in order.lines] == ["tea", "cup"]
    assert (order.amount(), order.fresh().amount()) == (10_000, 20_000)


def test_a_discount_on_the_order_falls_on_its_lines_in_proportion() -> None:
    order = seen(ORDER | {"amount_minor": 15_000, "points_minor": 3_000})
    order.narrow(lambda line: line["sku"] == "tea")

    assert order.amount() == 4_500  # 60 of 200 lines, of 150 paid
    assert order.amount(with_points_part=False) == 3_600  # of 120 paid in money


def test_shipping_is_no_part_of_a_line() -> None:
    order = seen(ORDER | {"amount_minor": 21_000})
    order.narrow(lambda line: line["sku"] == "tea")

    assert order.amount() == 6_000


def test_one_matching_line_may_be_enough_for_the_whole_order() -> None:
    order = seen()

    assert unmet({"kind": "products", "skus": ["cup"], "matching_only": False}, order) == ""

    assert order.amount() == 20_000


def test_the_amount_of_the_matching_lines_alone() -> None:
    order = seen()
    order.narrow(lambda line: line["sku"] == "cup")

    assert unmet({"kind": "amount", "at_least": 5_000, "of": "matching"}, order) == "amount.below"
    assert unmet({"kind": "amount", "at_least": 5_000}, order) == ""


def test_hours_that_pass_midnight_belong_to_the_weekday_on_which_they_began() -> None:
    late = {"kind": "hours", "weekdays": [5], "begins": "22:00", "ends": "02:00"}

    assert unmet(late, seen(at=shanghai(6, 23))) == ""  # Friday
    assert unmet(late, seen(at=shanghai(7, 1, 59))) == ""  # Saturday, before two
    assert unmet(late, seen(at=shanghai(7, 2))) == "hours.outside"
    assert unmet(late, seen(at=shanghai(7, 23))) == "hours.weekday"
    assert unmet(late, seen(at=shanghai(6, 1))) == "hours.weekday"  # that was Thursday's night


def test_the_last_day_of_each_month() -> None:
    last = {"kind": "member_day", "days_of_month": [-1]}

    assert [unmet(last, seen(at=shanghai(day, 12, month=2))) for day in (27, 28)] == ["member_day.other", ""]
    assert unmet({"kind": "member_day", "days_of_month": [31]}, seen(at=shanghai(28, 12, month=2))) == "member_day.other"


@pytest.mark.parametrize(
    ("born", "within", "days"),
    [
        ((3, 4), "day", [4]),
        ((3, 4), "week", [2, 3, 4, 5, 6, 7, 8]),  # Monday to Sunday
        ((3, 1), "week", [1]),  # a Sunday: the rest of its week is February's
    ],
)
def test_a_birthday_has_its_day_or_its_week(born: tuple[int, int], within: str, days: list[int]) -> None:
    person = Person(birthday=Birthday(*born))

    met = [day for day in range(1, 12) if not unmet({"kind": "birthday", "within": within}, seen(at=shanghai(day, 12), person=person))]

    assert met == days


def test_a_birthday_at_the_turn_of_the_year() -> None:
    person = Person(birthday=Birthday(12, 31))
    new_year = datetime(2026, 1, 2, 4, tzinfo=UTC)  # the Friday of the week that began on 29 December

    assert unmet({"kind": "birthday", "within": "week"}, seen(at=new_year, person=person)) == ""
    assert unmet({"kind": "birthday", "within": "month"}, seen(at=new_year, person=person)) == "birthday.other"


def test_who_is_born_on_29_february_celebrates_in_common_years_too() -> None:
    person = Person(birthday=Birthday(2, 29))
    feb, march = (datetime(2026, 2, 28, 4, tzinfo=UTC), datetime(2026, 3, 1, 4, tzinfo=UTC))
    leap = datetime(2028, 2, 29, 4, tzinfo=UTC)

    assert unmet({"kind": "birthday"}, seen(at=feb, person=person)) == ""
    assert unmet({"kind": "birthday"}, seen(at=march, person=person)) == "birthday.other"
    assert unmet({"kind": "birthday", "leap_day": "03-01"}, seen(at=march, person=person)) == ""
    assert unmet({"kind": "birthday", "leap_day": "03-01"}, seen(at=leap, person=person)) == ""
    assert unmet({"kind": "birthday"}, seen(at=leap - timedelta(days=1), person=person)) == "birthday.other"


def test_what_is_not_known_of_a_person_is_not_met() -> None:
    assert unmet({"kind": "birthday"}, seen()) == "birthday.unknown"
    assert unmet({"kind": "birthday"}, seen(person=Person(birthday=Birthday(0, 0)))) == "birthday.unknown"
    assert unmet({"kind": "tag", "any": ["vip"]}, seen()) == "tag.missing"
    assert unmet({"kind": "audience", "any": ["7"]}, seen()) == "audience.outside"


def test_tags_and_audiences() -> None:
    person = Person(tags=frozenset({"vip", "staff"}), audiences=frozenset({"7"}))

    assert unmet({"kind": "tag", "any": ["vip"]}, seen(person=person)) == ""
    assert unmet({"kind": "tag", "any": ["vip"], "none": ["staff"]}, seen(person=person)) == "tag.excepted"
    assert unmet({"kind": "audience", "any": ["7", "8"]}, seen(person=person)) == ""
    assert unmet({"kind": "audience", "none": ["7"]}, seen(person=person)) == "audience.excepted"


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "amount"},
        {"kind": "amount", "at_least": 5, "at_most": 4},
        {"kind": "products"},
        {"kind": "place"},
        {"kind": "tag"},
        {"kind": "audience"},
        {"kind": "hours"},
        {"kind": "member_day"},
        {"kind": "member_day", "days_of_month": [0]},
    ],
)
def test_a_condition_that_says_nothing_is_a_fault(condition: dict[str, Any]) -> None:
    assert msgspec.convert(condition, type=Condition).fault()
