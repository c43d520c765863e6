"""Preset: the orders that Shopify exports. An order is called by its `Name`; what holds for all of it stands on its first line only."""

from .kind import Kind
from .orders import FIELDS, build, continues, group

MAPPING = {"order_number": "Name", "occurred_at": "Paid at", "created_at": "Created at", "amount": "Total", "user_id": ""}

KIND = Kind(
    "orders",
    FIELDS,
    needs=(("order_number",), ("occurred_at",), ("amount",)),
    build=build,
    group=group,
    continues=continues,
    mapping=MAPPING,
    preset="shopify",
    shop="shopify",
)
