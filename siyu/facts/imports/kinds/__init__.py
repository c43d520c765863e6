"""The kinds of file, and the presets: known layouts that need no mapping. The files of this folder are the list."""

from . import facts, members, moving_in, online_retail, orders, products, shopify
from .kind import Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (orders.KIND, members.KIND, products.KIND, facts.KIND, moving_in.KIND)}
PRESETS: dict[str, Kind] = {"online_retail": online_retail.KIND, "shopify": shopify.KIND}
