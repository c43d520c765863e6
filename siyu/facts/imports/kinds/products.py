"""Products: one row per SKU, with category, prices, stock, picture and page."""

from collections.abc import Sequence
from typing import Any

from siyu.lib.money import to_minor

from ...rules import FactError
from .. import values
from ..mapping import Field
from .kind import Built, Fields, Kind, Numbered, Terms, past, rejected, required_name, same_currency

FIELDS = (
    Field(
        "sku",
        (
            "商品编码",
            "商家编码",
            "规格编码",
            "sku编码",
            "货号",
            "条码",
            "variant sku",
            "stockcode",
            "product code",
            "product id",
            "item id",
        ),
    ),
    Field("name", ("商品名称", "商品标题", "品名", "title", "product name", "description")),
    Field("category", ("类目编码", "分类编码", "category code", "category id")),
    Field("category_name", ("类目", "商品类目", "分类", "商品分类", "category name", "product category", "type")),
    Field("brand", ("品牌", "vendor")),
    Field("price", ("售价", "价格", "单价", "零售价", "variant price", "unit price")),
    Field("cost", ("成本", "成本价", "进价", "cost per item")),
    Field("stock", ("库存", "库存数量", "可售库存", "inventory", "variant inventory qty")),
    Field("image_url", ("图片", "主图", "图片链接", "image src", "image")),
    Field("page_url", ("链接", "商品链接", "url", "product url")),
    Field("currency", ("币种", "货币")),
    Field("updated_at", ("更新时间", "修改时间", "updated")),
)
_TEXTS = ("name", "category", "category_name", "brand", "image_url", "page_url")


def build(rows: Sequence[Numbered], terms: Terms) -> Built:
    """One row → `product.updated`; what it does not say stays as it was."""
    ((number, row),) = rows
    try:
        same_currency(row, terms)
        at = past(row, "updated_at", terms) or terms.now
        fact = terms.incoming("product.updated", at, number, [], _properties(number, row, terms))
    except FactError as error:
        return rejected(rows, {number: error})
    return Built("product", [fact], [])


def _properties(number: int, row: Fields, terms: Terms) -> dict[str, Any]:
    said: dict[str, Any] = {"sku": required_name(row, "sku", "sku.missing"), "currency": terms.currency, "row_key": terms.row_key(number)}
    said |= {name: found for name in _TEXTS if (found := values.text(row.get(name)))}
    if "category_name" in said and "category" not in said:
        said["category"] = said["category_name"]
    for name in ("price", "cost"):
        if (money := values.amount(row.get(name), name, terms.currency)) is not None:
            if money < 0:
                raise FactError("amount.negative", f"{name} is negative")
            said[f"{name}_minor"] = to_minor(money, terms.currency)
    if (stock := values.quantity(row.get("stock"))) is not None:
        if stock % 1:
            raise FactError("number.invalid", "stock is not a whole number")
        said["stock"] = int(stock)
    return said


KIND = Kind("products", FIELDS, needs=(("sku",),), build=build, instant="updated_at")
