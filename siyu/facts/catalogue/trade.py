"""Orders, refunds, products, and coupons of shops."""

from .known import KnownFact, Property, money

_SHOP_ORDER = (Property("shop", is_required=True, help="shop code"), Property("order_number", is_required=True))
_CONTENT = (
    money("amount_minor", help="gross: what the buyer paid"),
    money("discount_minor", help="informational"),
    money("shipping_minor"),
    money("points_minor", help="the part of amount_minor that was paid with points; it earns none"),
    Property("currency"),
    Property("store", help="store code, when bought in a store"),
    Property("country", help="where the buyer is, as the source names it"),
    Property("is_in_store", "boolean", help="handed over at once: paid means received"),
    Property("lines", "list", help="sku, name, category, quantity, unit_price (decimal), amount_minor, row_key"),
)

FACTS = (
    KnownFact("coupon.applied", "使用优惠码", "SDK", (Property("coupon"),), ("Coupon Applied",)),
    KnownFact("order.created", "下单", "shop", _SHOP_ORDER + _CONTENT),
    KnownFact("order.paid", "支付订单", "shop, SDK, import", _SHOP_ORDER + _CONTENT, ("Order Completed",)),
    KnownFact("order.shipped", "发货", "shop", _SHOP_ORDER, ("Order Shipped",)),
    KnownFact("order.received", "签收", "shop", _SHOP_ORDER, ("Order Received", "Order Delivered")),
    KnownFact(
        "order.refunded",
        "退款",
        "shop, SDK, import",
        (
            *_SHOP_ORDER,
            money("amount_minor", required=True),
            Property("currency"),
            Property("refund"),
            Property("because"),
            Property("lines", "list"),
        ),
        ("Order Refunded",),
    ),
    KnownFact("order.exchanged", "换货", "shop", _SHOP_ORDER + _CONTENT, ("Order Updated",)),
    KnownFact("order.closed", "关闭订单", "shop", _SHOP_ORDER, ("Order Cancelled",)),
    KnownFact(
        "order.adjusted",
        "账目调整",
        "import",
        (
            Property("shop", is_required=True),
            Property("key", is_required=True),
            Property("order_number"),
            Property("sku"),
            Property("quantity", "decimal"),
            money("amount_minor", required=True),
            Property("currency"),
            Property("because"),
        ),
    ),
    KnownFact(
        "product.updated",
        "商品更新",
        "shop, import",
        (
            Property("sku", is_required=True),
            Property("name"),
            Property("category", help="category code"),
            Property("category_name"),
            Property("brand"),
            money("price_minor"),
            money("cost_minor"),
            Property("stock", "integer", "pieces"),
            Property("image_url"),
            Property("page_url"),
            Property("currency"),
        ),
    ),
    KnownFact(
        "product.price_dropped",
        "看过的商品降价",
        "siyu",
        (
            Property("sku"),
            Property("name"),
            money("price_minor", help="the new price"),
            money("before_minor", help="the price before"),
        ),
        is_derived=True,
    ),
    KnownFact("coupon.redeemed", "核销优惠券", "shop, import", (Property("coupon"), Property("campaign"), Property("order_number"))),
)
