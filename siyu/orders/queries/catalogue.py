"""Products as lists and pages show them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position, cut

from ..models import Category, Product

_sql = statements("siyu.orders", "reads")


class PriceChange(NamedTuple):
    """A product's price from an instant on (minor units)."""

    from_at: datetime
    price_minor: int


def products(at: Position, *, search: str = "", category: str = "", listed: str = "") -> list[Product]:
    """A page of products by SKU. `search` looks into SKU, name and brand; `category` is a code; `listed` is `yes`, `no` or empty."""
    return list(cut(_wanted(search, category, listed), at, "sku"))


def walk_products(limit: int, *, search: str = "", category: str = "", listed: str = "") -> Iterator[Product]:
    """The first `limit` products by SKU, one after another, for a file."""
    return _wanted(search, category, listed).order_by("sku")[:limit].iterator(chunk_size=2000)


def one_product(product_id: int) -> Product | None:
    return Product.objects.select_related("category").filter(pk=product_id).first()


def price_history(product_id: int, limit: int = 200) -> list[PriceChange]:
    """The changes of a product's price, newest first: repetitions of a price are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.price_changes, {"product": product_id, "limit": limit})
        return [PriceChange(*row) for row in cursor.fetchall()]


def categories(limit: int = 1_000) -> list[tuple[str, str]]:
    """Codes and names of categories, by name."""
    return list(Category.objects.order_by("name", "code").values_list("code", "name")[:limit])


def _wanted(search: str, category: str, listed: str) -> "QuerySet[Product]":
    found = Product.objects.select_related("category")
    if search:
        found = found.filter(Q(sku__icontains=search) | Q(name__icontains=search) | Q(brand__icontains=search))
    if category:
        found = found.filter(category__code=category)
    if listed:
        found = found.filter(is_listed=listed == "yes")
    return found
