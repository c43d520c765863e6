"""What people look at and take into their hands."""

from .known import KnownFact, Property

_PRODUCT = (Property("sku"), Property("name"), Property("category"), Property("price", "decimal"), Property("quantity", "decimal"))

FACTS = (
    KnownFact(
        "page.viewed", "浏览页面", "SDK", (Property("name"), Property("url"), Property("path"), Property("title"), Property("referrer"))
    ),
    KnownFact("screen.viewed", "浏览屏幕", "SDK", (Property("name"),)),
    KnownFact("product.searched", "搜索商品", "SDK", (Property("query"),), ("Products Searched",)),
    KnownFact("product.list_viewed", "浏览商品列表", "SDK", (Property("list_id"), Property("category")), ("Product List Viewed",)),
    KnownFact("product.viewed", "浏览商品", "SDK", _PRODUCT, ("Product Viewed",)),
    KnownFact("product.clicked", "点击商品", "SDK", _PRODUCT, ("Product Clicked",)),
    KnownFact("product.shared", "分享商品", "SDK", _PRODUCT, ("Product Shared",)),
    KnownFact("product.reviewed", "评价商品", "SDK", (Property("sku"), Property("rating", "decimal")), ("Product Reviewed",)),
    KnownFact("cart.added", "加入购物车", "SDK", _PRODUCT, ("Product Added",)),
    KnownFact("cart.removed", "移出购物车", "SDK", _PRODUCT, ("Product Removed",)),
    KnownFact("cart.viewed", "查看购物车", "SDK", (), ("Cart Viewed",)),
    KnownFact("wishlist.added", "加入收藏", "SDK", _PRODUCT, ("Product Added to Wishlist",)),
    KnownFact("checkout.started", "开始结算", "SDK", (Property("order_number"),), ("Checkout Started",)),
)
