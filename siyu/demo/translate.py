"""The data set → facts of source `completejourney`: what it says and nothing more. Pure; amounts are the data set's cents."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from siyu.facts.rules import Handle, Incoming

from .calendar import at, shifted
from .chinese import category_of, product_name
from .stores import COUNTER, HOME, fold, is_delivered

if TYPE_CHECKING:
    from .dataset import DataSet

CAMPAIGN_HOUR = 10  # the data set gives a campaign's day: it is sent at ten
REDEMPTION_HOUR = 12  # and a redemption's day: at noon, unless a basket of that day used a coupon
MICRO = Decimal("0.000001")

TRAITS = {  # the data set's columns → traits, with their values in the words of an operator
    "age": "age_band",
    "income": "income_band",
    "home_ownership": "home_ownership",
    "marital_status": "marital_status",
    "household_size": "household_size",
    "household_comp": "household_composition",
    "kids_count": "kids",
}
VALUES = {
    "Homeowner": "自有住房",
    "Probable Homeowner": "可能自有住房",
    "Renter": "租房",
    "Probable Renter": "可能租房",
    "Married": "已婚",
    "Unmarried": "未婚",
    "2 Adults No Kids": "两位成人无孩",
    "1 Adult No Kids": "单身无孩",
    "2 Adults Kids": "两位成人有孩",
    "1 Adult Kids": "单亲有孩",
}


class Basket(NamedTuple):
    """One order of the data set, as the simulation looks at it."""

    number: str
    household: int
    shop: str
    store: str
    at: datetime
    day: date
    amount_minor: int
    discount_minor: int
    first: int
    last: int

    @property
    def is_delivered(self) -> bool:
        return self.shop == HOME


def household_handle(household: int) -> Handle:
    return Handle("user_id", f"H{household:04d}")


def household_of(handle: Handle) -> int:
    """The household behind its handle."""
    return int(handle.value[1:])


def baskets(data: "DataSet") -> list[Basket]:
    """Every order of the data set, in order of time."""
    frame = data.baskets
    instants = [stamp.to_pydatetime() for stamp in frame["at"].dt.floor("s")]
    stores = {store: fold(store) for store in frame.store_id.unique().tolist()}
    columns = [
        frame[name].tolist() for name in ("basket_id", "household_id", "store_id", "day", "amount_minor", "discount_minor", "first", "last")
    ]
    return [
        Basket(
            str(basket), household, HOME if is_delivered(basket) else COUNTER, stores[store], instant, day, amount, discount, first, last
        )
        for instant, basket, household, store, day, amount, discount, first, last in zip(instants, *columns, strict=True)
    ]


def order_fact(basket: Basket, lines: list[dict[str, Any]], currency: str) -> Incoming:
    """`order.paid`: bought in a store and taken home, or delivered (then it is shipped and received later)."""
    return Incoming(
        name="order.paid",
        occurred_at=basket.at,
        message=f"completejourney:order:{basket.number}",
        key=f"order.paid:{basket.shop}:{basket.number}",
        handles=[household_handle(basket.household)],
        properties=order_properties(basket, lines, currency),
        is_replay=True,
    )


def order_properties(basket: Basket, lines: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    return {
        "shop": basket.shop,
        "order_number": basket.number,
        "store": basket.store,
        "is_in_store": not basket.is_delivered,
        "currency": currency,
        "amount_minor": basket.amount_minor,
        "discount_minor": basket.discount_minor,
        "lines": lines,
    }


class Lines:
    """The lines of baskets, read from the frame in slices: a year's lines as Python objects at once would fill the memory."""

    def __init__(self, data: "DataSet") -> None:
        frame = data.lines
        self._columns = [frame[name].to_numpy() for name in ("product_id", "quantity", "amount_minor")]

    def of(self, basket: Basket) -> list[dict[str, Any]]:
        columns = (column[basket.first : basket.last + 1].tolist() for column in self._columns)
        return [
            {"sku": str(sku), "quantity": quantity, "unit_price": unit_price(cents, quantity), "amount_minor": cents}
            for sku, quantity, cents in zip(*columns, strict=True)
        ]


@lru_cache(maxsize=1 << 17)
def unit_price(amount_minor: int, quantity: int) -> str:
    """The data set has amounts and quantities only; 8,869 lines have quantity 0, and those have no price."""
    if quantity == 0:
        return "0"
    price = (Decimal(amount_minor) / 100 / quantity).quantize(MICRO).normalize()
    return f"{price:f}"


def product_facts(data: "DataSet", opening: datetime) -> Iterator[Incoming]:
    """`product.updated` for what was sold and the product table knows; 17 sold products it lacks stay unlisted."""
    frame = data.products
    columns = [
        frame[name].tolist() for name in ("product_id", "brand", "product_category", "product_type", "package_size", "manufacturer_id")
    ]
    for sku, brand, category, product_type, package, maker in zip(*columns, strict=True):
        named = category_of(category, product_type)
        properties = {
            "sku": str(sku),
            "name": product_name(named, brand, package),
            "category": named.code,
            "category_name": named.name,
            "brand": f"M{maker}",
        }
        yield Incoming(
            name="product.updated",
            occurred_at=opening,
            message=f"completejourney:product:{sku}",
            key=f"completejourney:product:{sku}",
            properties=properties,
            is_replay=True,
        )


def household_facts(data: "DataSet", appeared: dict[int, datetime]) -> Iterator[Incoming]:
    """`member.identified` for every household when it is first heard of, with demographics where the data set has them (801)."""
    said = {row.pop("household_id"): row for row in data.demographics.to_dict("records")}
    for household in data.households:
        row = said.get(household, {})
        traits = {TRAITS[column]: VALUES.get(value, value) for column, value in row.items() if column in TRAITS and value is not None}
        yield Incoming(
            name="member.identified",
            occurred_at=appeared[household],
            message=f"completejourney:household:{household}",
            key=f"completejourney:household:{household}",
            handles=[household_handle(household)],
            properties={"traits": traits},
            is_replay=True,
        )


def campaign_facts(data: "DataSet", weeks: int, zone: ZoneInfo) -> Iterator[Incoming]:
    """`campaign.received` for each of the 6,589 household sends, on the day its campaign began."""
    frame = data.campaigns
    columns = (frame["campaign_id"].tolist(), frame["household_id"].tolist(), frame["campaign_type"].tolist(), frame["start_date"].tolist())
    for campaign, household, kind, start in zip(*columns, strict=True):
        yield Incoming(
            name="campaign.received",
            occurred_at=at(shifted(start.date(), weeks), CAMPAIGN_HOUR, 0, zone),
            message=f"completejourney:campaign:{campaign}:{household}",
            key=f"completejourney:campaign:{campaign}:{household}",
            handles=[household_handle(household)],
            properties={"campaign": str(campaign), "campaign_type": kind},
            is_replay=True,
        )


def redemption_facts(data: "DataSet", orders: list[Basket], weeks: int, zone: ZoneInfo) -> Iterator[Incoming]:
    """`coupon.redeemed` for each of the 2,102 redemptions, at the first basket of that day in which a coupon counted, else at noon."""
    used: dict[tuple[int, date], Basket] = {}
    for basket in orders:
        if basket.discount_minor:
            used.setdefault((basket.household, basket.day), basket)
    for row in data.redemptions.itertuples(index=False):
        day = shifted(row.redemption_date.date(), weeks)
        basket_of_day = used.get((row.household_id, day))
        properties = {"coupon": str(row.coupon_upc), "campaign": str(row.campaign_id)}
        yield Incoming(
            name="coupon.redeemed",
            occurred_at=basket_of_day.at if basket_of_day else at(day, REDEMPTION_HOUR, 0, zone),
            message=f"completejourney:redemption:{row.row}",
            key=f"completejourney:redemption:{row.row}",
            handles=[household_handle(row.household_id)],
            properties=properties | ({"order_number": basket_of_day.number} if basket_of_day else {}),
            is_replay=True,
        )
