"""The data set's commodities in Chinese. Fuel and gift cards stand apart from the category that hides them in the original."""

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

FUEL, GIFT_CARDS, UNSORTED = "fuel", "gift-cards", "unsorted"
BRANDS = {"National": "全国品牌", "Private": "自有品牌"}
_SLUG = re.compile(r"[^a-z0-9]+")


class Named(NamedTuple):
    """A category's code and its Chinese name."""

    code: str
    name: str


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return json.loads((files("siyu.demo") / "categories.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def category_of(category: str, product_type: str) -> Named:
    """Where a product is filed: `COUPON/MISC ITEMS` is mostly fuel and gift-card activations, so the type decides there."""
    if product_type.startswith("GASOLINE"):
        return Named(FUEL, "燃油")
    if "GIFT CARD" in product_type:
        return Named(GIFT_CARDS, "礼品卡激活")
    if not category:
        return Named(UNSORTED, "未分类")
    return Named(_SLUG.sub("-", category.lower()).strip("-"), _names()[category])


def product_name(category: Named, brand: str, package: str) -> str:
    """The data set has no product names: commodity, brand and package together tell an operator what it is."""
    return " · ".join(part for part in (category.name, BRANDS.get(brand, brand), package) if part)
