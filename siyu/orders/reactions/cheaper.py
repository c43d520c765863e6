"""A product became cheaper: whoever looked at it lately, and has not bought it since, hears of it as a fact of their own."""

from datetime import timedelta
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.sql import array, statements

_sql = statements("siyu.orders", "cheaper")
LOOKED = timedelta(days=30)  # how long ago somebody may have looked at it
MOST = 5_000  # of those who looked at a product, the last ones


class Drop(NamedTuple):
    """A description with a lower price than the one before."""

    fact: Fact
    before_minor: int


def tell_cheaper(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Stands before the order book in `wiring.REACTIONS`: what it reads are the prices before this batch."""
    priced = [fact for fact in batch.named("product.updated") if fact.properties.get("price_minor") is not None]
    drops = _drops(cursor, priced) if priced else []
    if not drops:
        return None
    columns = {
        "skus": [drop.fact.properties["sku"] for drop in drops],
        "ids": array(drop.fact.id for drop in drops),
        "since": array(drop.fact.occurred_at - LOOKED for drop in drops),
        "until": array(drop.fact.occurred_at for drop in drops),
        "most": MOST,
    }
    cursor.execute(_sql.lookers, columns)
    return [_derived(drops[place], member, name) for place, member, name in cursor.fetchall()]


def _drops(cursor: Cursor, priced: list[Fact]) -> list[Drop]:
    """The newest price of each product, and whether the next one that is told is lower; a late description is no news."""
    cursor.execute(_sql.prices, {"skus": sorted({fact.properties["sku"] for fact in priced})})
    newest = {sku: (from_at, message, price) for sku, from_at, message, price in cursor.fetchall()}
    drops = []
    for fact in priced:
        sku, price = fact.properties["sku"], fact.properties["price_minor"]
        before = newest.get(sku)
        if before is not None and (fact.occurred_at, fact.message) <= before[:2]:
            continue
        newest[sku] = (fact.occurred_at, fact.message, price)
        if before is not None and price < before[2] and not fact.is_historical:
            drops.append(Drop(fact, before[2]))
    return drops


def _derived(drop: Drop, member: int, name: str) -> Derived:
    told = drop.fact.properties
    properties = {
        "sku": told["sku"],
        "name": told.get("name") or name,
        "price_minor": told["price_minor"],
        "before_minor": drop.before_minor,
    }
    return Derived(name="product.price_dropped", reaction="orders.cheaper", member_id=member, properties=properties, cause=drop.fact)
