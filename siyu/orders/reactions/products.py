"""The catalogue: what `product.updated` describes and what order lines name."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psycopg import Cursor

from siyu.facts.rules import Batch, Fact
from siyu.lib.sql import statements

from ..rules import FIELDS, RANK, ProductState, describe, mention, stamp
from .columns import columns

_sql = statements("siyu.orders", "products")
_KEPT = ("sku", "is_listed", "changed_at", "message", "stamps", *FIELDS)
_EMPTY = {"name": "", "brand": "", "image_url": "", "page_url": ""}


def write_products(cursor: Cursor, facts: Sequence[Fact], batch: Batch) -> dict[str, int]:
    """Bring the catalogue up to date and return the id of every SKU the batch names. Lines that tell nothing new cost one SELECT."""
    updates = [fact for fact in facts if fact.name == "product.updated"]
    naming = [fact for fact in facts if fact.name in RANK and fact.properties.get("lines")]
    ids, open_skus = _find(cursor, naming)
    open_skus.update(fact.properties["sku"] for fact in updates)
    _name_categories(cursor, updates, naming)
    if open_skus:
        products = _load(cursor, open_skus)
        categories = {sku: product.values.get("category") for sku, product in products.items() if product.id is not None}
        for fact in updates:
            describe(products[fact.properties["sku"]], fact)
        for fact, line in _lines(naming):
            product = products.get(line.get("sku") or "")
            if product is not None:
                mention(product, line, fact)
        ids.update(_keep(cursor, products.values()))
        if moved := [sku for sku, category in categories.items() if products[sku].values.get("category") != category]:
            rows = cursor.execute(_sql.buyers, {"skus": moved}).fetchall()
            batch.touched.setdefault("orders.lines", set()).update(row[0] for row in rows)
    _price(cursor, updates, ids)
    return ids


def _lines(naming: Iterable[Fact]) -> Iterator[tuple[Fact, dict[str, Any]]]:
    return ((fact, line) for fact in naming for line in fact.properties["lines"])


def _find(cursor: Cursor, naming: Sequence[Fact]) -> tuple[dict[str, int], set[str]]:
    """Ids of the SKUs that lines name, and those of which a line may still tell something: unknown, unlisted or half described."""
    skus = {line["sku"] for fact in naming for line in fact.properties["lines"] if line.get("sku")}
    if not skus:
        return {}, set()
    rows = cursor.execute(_sql.find, {"skus": list(skus)}).fetchall()
    ids = {row[0]: row[1] for row in rows}
    return ids, skus - {row[0] for row in rows if row[2]}


def _load(cursor: Cursor, skus: Iterable[str]) -> dict[str, ProductState]:
    wanted = sorted(skus)  # the order of the rows' locks and of new ids
    products = {sku: ProductState(sku) for sku in wanted}
    for sku, id_, is_listed, changed_at, message, stamps, *values in cursor.execute(_sql.load, {"skus": wanted}).fetchall():
        told = json.loads(stamps) if isinstance(stamps, str) else stamps
        products[sku] = ProductState(sku, id_, is_listed, changed_at, message, dict(zip(FIELDS, values, strict=True)), told)
    return products


def _keep(cursor: Cursor, products: Iterable[ProductState]) -> dict[str, int]:
    ids = {product.sku: product.id for product in products if product.id is not None}
    rows = [
        (p.sku, p.is_listed, p.changed_at, p.message, json.dumps(p.stamps), *(p.values.get(name, _EMPTY.get(name)) for name in FIELDS))
        for p in products
        if p.is_changed
    ]
    if rows:
        ids.update(cursor.execute(_sql.keep, columns(_KEPT, rows)).fetchall())
    return ids


def _name_categories(cursor: Cursor, updates: Iterable[Fact], naming: Iterable[Fact]) -> None:
    """Every category that is mentioned exists, whoever wins the product."""
    names: dict[str, tuple[str, str]] = {line["category"]: ("", line["category"]) for _, line in _lines(naming) if line.get("category")}
    for fact in updates:
        code, name = fact.properties.get("category"), fact.properties.get("category_name")
        if code:
            told = (stamp(1, fact.occurred_at, fact.mark).hex(), name) if name else ("", code)
            names[code] = max(told, names.get(code, told))
    rows = [(code, name, mark) for code, (mark, name) in sorted(names.items())]
    if rows:
        cursor.execute(_sql.name_categories, columns(("code", "name", "stamp"), rows))


def _price(cursor: Cursor, updates: Iterable[Fact], ids: dict[str, int]) -> None:
    told = {}
    for fact in sorted(updates, key=lambda fact: fact.message):
        if fact.properties.get("price_minor") is not None:
            key = (ids[fact.properties["sku"]], fact.occurred_at)
            told[key] = (*key, fact.properties["price_minor"], fact.message)
    if told:
        cursor.execute(_sql.price, columns(("product_id", "from_at", "price_minor", "message"), sorted(told.values())))
