"""A product as shop and orders describe it: field by field the newest description stands; a line only fills what none describes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.facts.rules import Fact

from .stamp import line_stamp, stamp

FIELDS = ("name", "category", "brand", "price_minor", "cost_minor", "stock", "image_url", "page_url")


@dataclass(slots=True)
class ProductState:
    """A product in the hand: `values` and `stamps` by field; `is_changed` when a fact of this batch altered it."""

    sku: str
    id: int | None = None
    is_listed: bool = False
    changed_at: datetime | None = None
    message: UUID | None = None
    values: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    is_changed: bool = False


def describe(product: ProductState, fact: Fact) -> None:
    """A `product.updated`: each property it carries stands unless a newer fact told another."""
    mark = stamp(1, fact.occurred_at, fact.mark).hex()
    if not product.is_listed or _newer(product, fact):
        product.is_listed, product.changed_at, product.message, product.is_changed = True, fact.occurred_at, fact.message, True
    for name in FIELDS:
        _let(product, name, fact.properties.get(name), mark)


def mention(product: ProductState, line: dict[str, Any], fact: Fact) -> None:
    """An order's line names the product: the earliest line gives name and category where no description does."""
    if not product.is_listed and _earlier(product, fact):
        product.changed_at, product.message, product.is_changed = fact.occurred_at, fact.message, True
    name, category = line.get("name") or None, line.get("category") or None
    if name is not None or category is not None:
        mark = line_stamp(fact.occurred_at, fact.mark)
        _let(product, "name", name, mark)
        _let(product, "category", category, mark)


def _let(product: ProductState, name: str, value: Any, mark: str) -> None:
    if value is not None and mark > product.stamps.get(name, ""):
        product.stamps[name], product.values[name], product.is_changed = mark, value, True


def _newer(product: ProductState, fact: Fact) -> bool:
    return product.changed_at is None or product.message is None or (fact.occurred_at, fact.message) > (product.changed_at, product.message)


def _earlier(product: ProductState, fact: Fact) -> bool:
    if product.changed_at is None or fact.occurred_at != product.changed_at:
        return product.changed_at is None or fact.occurred_at < product.changed_at
    return product.message is None or fact.mark < product.message.bytes
