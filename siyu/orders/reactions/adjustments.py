"""Lines of a shop's books that are neither sale nor refund."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.facts.rules import Fact
from siyu.lib.sql import statements
from siyu.merchant.services import ensure_shops

from .columns import columns

_sql = statements("siyu.orders", "book")
_COLUMNS = (
    "shop_id",
    "key",
    "order_number",
    "identity_id",
    "source_id",
    "sku",
    "quantity",
    "amount_minor",
    "occurred_at",
    "because",
    "message",
)


def write_adjustments(cursor: Cursor, facts: Sequence[Fact]) -> None:
    """Keep each adjustment once by (shop, key); of two facts about one the later stands."""
    told = sorted((fact for fact in facts if fact.name == "order.adjusted"), key=lambda fact: (fact.occurred_at, fact.message))
    if not told:
        return
    shops = ensure_shops({fact.properties["shop"] for fact in told}, cursor)
    rows = {(shops[fact.properties["shop"]], fact.properties["key"]): _values(fact) for fact in told}
    cursor.execute(_sql.adjust, columns(_COLUMNS, [(*key, *values) for key, values in sorted(rows.items())]))


def _values(fact: Fact) -> tuple:
    told = fact.properties
    return (
        told.get("order_number") or "",
        fact.identity_id,
        fact.source_id,
        told.get("sku") or "",
        str(told.get("quantity") or 0),
        told["amount_minor"],
        fact.occurred_at,
        told.get("because") or "",
        fact.message,
    )
