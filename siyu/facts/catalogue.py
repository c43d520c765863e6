"""The facts we know: name, who reports them, properties with units, which are personal. `docs/facts.md` is generated from here.

A fact of another name is kept as a custom fact; its properties are scanned for what looks personal.
Any fact may also carry `channel`, `code` and `utm_source|utm_medium|utm_campaign`: that is an arrival (acquisition).
"""

from dataclasses import dataclass, field

MINOR = "minor units of the currency"


@dataclass(frozen=True, slots=True)
class Property:
    """One property: JSON type (`string`, `integer`, `decimal`, `boolean`, `object`, `list`), unit, whether required, whether personal."""

    name: str
    type: str = "string"
    unit: str = ""
    is_required: bool = False
    is_personal: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One name: `title` in Chinese, `who` reports it, `segment` names that mean the same."""

    name: str
    title: str
    who: str
    properties: tuple[Property, ...] = ()
    segment: tuple[str, ...] = ()
    is_derived: bool = field(default=False)


def _money(name: str, *, required: bool = False, help: str = "") -> Property:
    return Property(name, "integer", MINOR, required, help=help)


_SHOP_ORDER = (Property("shop", is_required=True, help="shop code"), Property("order_number", is_required=True))
_VALUE = (
    Property("unit", help="points, growth, stored …"),
    Property("amount", "integer", "of the unit"),
    Property("balance", "integer", "available right after it"),
    Property("key", help="of the operation"),
    Property("because", help="kind of reason"),
    Property("ref"),
    Property("words"),
)
_CONTENT = (
    _money("amount_minor", help="gross: what the buyer paid"),
    _money("discount_minor", help="informational"),
    _money("shipping_minor"),
    _money("points_minor", help="the part of amount_minor that was paid with points; it earns none"),
    Property("currency"),
    Property("store", help="store code, when bought in a store"),
    Property("country", help="where the buyer is, as the source names it"),
    Property("is_in_store", "boolean", help="handed over at once: paid means received"),
    Property("lines", "list", help="sku, name, category, quantity, unit_price (decimal), amount_minor, row_key"),
)
_PRODUCT = (Property("sku"), Property("name"), Property("category"), Property("price", "decimal"), Property("quantity", "decimal"))

_TOUCH = (
    Property("touch", is_required=True, help="number of the touch"),
    Property("medium", help="email, sms, inbox, webhook, task"),
    Property("purpose"),
    Property("origin", help="what wanted it: send:12, journey:5"),
    Property("why", help="when it failed"),
)
_GRANT = (
    Property("benefit"),
    Property("source", help="hand, reward or trial"),
    Property("until"),
    Property("times", "integer"),
)
_PLAN = (Property("plan"), Property("version", "integer"), Property("until", help="day after the last"))

_JOURNEY = (Property("journey", help="code"), Property("version", "integer"), Property("key", help="of the entry"))

_REDEMPTION = (
    Property("gift", help="code"),
    Property("kind", help="physical, voucher or reward"),
    Property("quantity", "integer", "pieces"),
    Property("points", "integer", "points"),
    Property("redemption", help="number"),
)
_BADGE = (Property("badge", help="code"), Property("level", "integer", "from 1"))

KNOWN: tuple[KnownFact, ...] = (
    KnownFact(
        "member.identified",
        "身份识别",
        "SDK, shop, import",
        (
            Property("traits", "object", help="see Traits"),
            Property("moving_in", "object", help="what a file of moving in says of the member"),
        ),
    ),
    KnownFact("member.aliased", "身份合并", "SDK", (Property("previous_id"),)),
    KnownFact("member.grouped", "归属组织", "SDK", (Property("group_id"), Property("traits", "object"))),
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
            _money("amount_minor", required=True),
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
            _money("amount_minor", required=True),
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
            _money("price_minor"),
            _money("cost_minor"),
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
            _money("price_minor", help="the new price"),
            _money("before_minor", help="the price before"),
        ),
        is_derived=True,
    ),
    KnownFact("pool.joined", "入池", "WeCom, import, member centre", (Property("channel", help="channel code"), Property("code"))),
    KnownFact("pool.left", "离开私域", "WeCom", (Property("because"),)),
    KnownFact("account.followed", "关注公众号", "WeChat", (Property("account"),)),
    KnownFact("friend.added", "添加好友", "WeCom", (Property("staff"),)),
    KnownFact("friend.removed", "删除员工的客户", "WeCom", (Property("staff"),)),
    KnownFact("group.joined", "入群", "WeCom", (Property("group"),)),
    KnownFact("group.left", "退群", "WeCom", (Property("group"),)),
    KnownFact(
        "consent.given",
        "同意授权",
        "member centre, import",
        (
            Property("purpose", is_required=True),
            Property("channel", help="consent channel: sms, email, wecom, phone, any"),
            Property("proof"),
        ),
    ),
    KnownFact(
        "consent.withdrawn",
        "撤回授权",
        "member centre, SMS reply",
        (Property("purpose", is_required=True), Property("channel"), Property("proof")),
    ),
    KnownFact("campaign.received", "收到活动", "import", (Property("campaign"), Property("campaign_type"))),
    KnownFact("coupon.redeemed", "核销优惠券", "shop, import", (Property("coupon"), Property("campaign"), Property("order_number"))),
    KnownFact(
        "benefit.redeemed",
        "使用权益",
        "shop, API",
        (
            Property("benefit", is_required=True, help="code"),
            Property("quantity", "integer"),
            _money("amount_minor", help="on which it was used"),
            Property("order_number"),
            Property("use", help="the shop's number of the use: counted once"),
        ),
    ),
    KnownFact("member.checked_in", "签到", "member centre, SDK, API", (Property("streak", "integer", "days in a row"),)),
    KnownFact(
        "member.check_in_made_up", "补签", "siyu", (Property("day", is_required=True), Property("streak", "integer", "days in a row"))
    ),
    KnownFact("gift.redeemed", "兑换礼品", "siyu", _REDEMPTION),
    KnownFact("gift.fulfilled", "礼品交付", "siyu", _REDEMPTION),
    KnownFact("gift.cancelled", "取消兑换", "siyu", (*_REDEMPTION, Property("because", help="cancelled or expired"))),
    KnownFact("badge.awarded", "获得勋章", "siyu", _BADGE),
    KnownFact("badge.revoked", "收回勋章", "siyu", _BADGE),
    KnownFact(
        "task.completed",
        "完成任务",
        "siyu",
        (
            Property("task", help="code"),
            Property("version", "integer"),
            Property("step", "integer", "from 1"),
            Property("period", help="first day"),
        ),
        is_derived=True,
    ),
    KnownFact(
        "member.anniversary",
        "周年纪念",
        "siyu",
        (Property("kind", help="joined or first_order"), Property("years", "integer", "years")),
        is_derived=True,
    ),
    KnownFact("value.granted", "获得", "siyu", _VALUE, is_derived=True),
    KnownFact("value.spent", "使用", "siyu", _VALUE, is_derived=True),
    KnownFact("value.held", "冻结", "siyu", _VALUE, is_derived=True),
    KnownFact("value.released", "解冻", "siyu", _VALUE, is_derived=True),
    KnownFact("value.returned", "退回", "siyu", _VALUE, is_derived=True),
    KnownFact("value.taken_back", "收回", "siyu", (*_VALUE, _money("deduct_minor", help="off the refund")), is_derived=True),
    KnownFact(
        "refund.reduced",
        "退款扣减",
        "siyu",
        (
            *_SHOP_ORDER,
            Property("unit"),
            Property("amount", "integer", "of the unit, spent before the refund"),
            _money("deduct_minor", help="off the refund"),
        ),
        is_derived=True,
    ),
    KnownFact("value.transferred", "转赠", "siyu", _VALUE, is_derived=True),
    KnownFact("value.adjusted", "调整", "siyu", _VALUE, is_derived=True),
    KnownFact(
        "value.brought_in",
        "迁入积分",
        "import",
        (
            Property("unit", is_required=True),
            Property("amount", "integer", "of the unit", is_required=True),
            Property("expires_on", help="last valid day"),
            Property("row_key"),
        ),
        is_derived=True,
    ),
    KnownFact(
        "tier.brought_in", "迁入等级", "import", (Property("tier", is_required=True), Property("until", help="last day")), is_derived=True
    ),
    KnownFact("badge.brought_in", "迁入勋章", "import", (Property("badge", is_required=True),), is_derived=True),
    KnownFact("touch.sent", "触达已发送", "siyu", _TOUCH),
    KnownFact("touch.failed", "触达失败", "siyu", _TOUCH),
    KnownFact("touch.delivered", "触达已送达", "provider", _TOUCH),
    KnownFact("touch.opened", "触达已打开", "member", _TOUCH),
    KnownFact("touch.clicked", "触达已点击", "member", (*_TOUCH, Property("link", help="address, without its query"))),
    KnownFact("touch.replied", "触达有回复", "provider", (*_TOUCH, Property("reply", is_personal=True))),
    KnownFact("member.merged", "会员合并", "siyu", (Property("loser"), Property("survivor"), Property("because")), is_derived=True),
    KnownFact("member.unmerged", "撤销合并", "siyu", (Property("loser"), Property("survivor"), Property("because")), is_derived=True),
    KnownFact(
        "stage.changed",
        "阶段变化",
        "siyu",
        (Property("clock", help="pool, activity or ladder"), Property("from"), Property("to")),
        is_derived=True,
    ),
    KnownFact(
        "audience.entered",
        "进入人群",
        "siyu",
        (Property("audience", "integer"), Property("because", help="fact, time, merge, change or rule")),
        is_derived=True,
    ),
    KnownFact(
        "audience.left",
        "离开人群",
        "siyu",
        (Property("audience", "integer"), Property("because", help="fact, time, merge, change or rule")),
        is_derived=True,
    ),
    KnownFact("journey.entered", "进入旅程", "siyu", _JOURNEY, is_derived=True),
    KnownFact(
        "journey.left",
        "离开旅程",
        "siyu",
        (*_JOURNEY, Property("step"), Property("why", help="done, exit, goal, version, removed, dismissed, archived")),
        is_derived=True,
    ),
    KnownFact("journey.goal_reached", "达成旅程目标", "siyu", (*_JOURNEY, Property("step")), is_derived=True),
    KnownFact("journey.called", "调用旅程", "API, siyu", (Property("journey", is_required=True, help="code"),), is_derived=True),
    KnownFact(
        "tier.changed",
        "等级变化",
        "siyu",
        (
            Property("track"),
            Property("from"),
            Property("to"),
            Property("growth", "integer", "growth value"),
            Property("why", help="reached, kept, lowered, floor or programme"),
        ),
        is_derived=True,
    ),
    KnownFact(
        "programme.announced",
        "等级规则公示",
        "siyu",
        (Property("track"), Property("version", "integer"), Property("from_day"), Property("migration")),
    ),
    KnownFact("benefit.granted", "获得权益", "siyu", _GRANT, is_derived=True),
    KnownFact("benefit.tried", "试用权益", "siyu", _GRANT, is_derived=True),
    KnownFact(
        "benefit.ended",
        "权益到期",
        "siyu",
        (Property("benefit"), Property("source"), Property("because", help="expired or revoked")),
        is_derived=True,
    ),
    KnownFact(
        "benefit.used",
        "权益已用",
        "siyu",
        (
            Property("benefit"),
            Property("quantity", "integer"),
            _money("value_minor", help="saved by the member"),
            Property("source", help="staff, api, member or fact"),
            Property("ref"),
            Property("use"),
        ),
        is_derived=True,
    ),
    KnownFact(
        "plan.started",
        "付费会员开通",
        "siyu",
        (
            Property("plan"),
            Property("version", "integer"),
            Property("kind", help="paid or trial"),
            Property("from", help="first day"),
            Property("until", help="day after the last"),
            _money("amount_minor"),
            _money("credit_minor", help="of the plan before it"),
            Property("is_first", "boolean"),
        ),
        is_derived=True,
    ),
    KnownFact("plan.renewed", "付费会员续费", "siyu", (*_PLAN, Property("from"), _money("amount_minor")), is_derived=True),
    KnownFact("plan.queued", "付费会员待生效", "siyu", (*_PLAN, Property("from"), _money("amount_minor")), is_derived=True),
    KnownFact(
        "plan.renewal_noticed",
        "付费会员到期提醒",
        "siyu",
        (Property("plan"), Property("until"), _money("price_minor"), Property("auto_renew", "boolean")),
        is_derived=True,
    ),
    KnownFact("plan.grace_began", "付费会员宽限", "siyu", (Property("plan"), Property("until")), is_derived=True),
    KnownFact("plan.cancelled", "付费会员取消续费", "siyu", _PLAN, is_derived=True),
    KnownFact("plan.resumed", "付费会员恢复续费", "siyu", _PLAN, is_derived=True),
    KnownFact("plan.refunded", "付费会员退费", "siyu", (*_PLAN, _money("amount_minor")), is_derived=True),
    KnownFact(
        "plan.ended",
        "付费会员结束",
        "siyu",
        (Property("plan"), Property("version", "integer"), Property("because", help="expired, cancelled, refunded, changed")),
        is_derived=True,
    ),
)

BY_NAME = {known.name: known for known in KNOWN}
BY_SEGMENT = {name: known.name for known in KNOWN for name in known.segment}

BORN = "date of birth"
# Traits of `member.identified`, by name: type; the personal ones are tokens in the log.
PERSONAL_TRAITS = {
    "name": "name",
    "firstName": "name",
    "lastName": "name",
    "first_name": "name",
    "last_name": "name",
    "phone": "phone",
    "mobile": "phone",
    "email": "email",
    "address": "address",
    "street": "address",
    "id_number": "id",
    "birthday": BORN,
    "date_of_birth": BORN,
    "ip": "ip",
}
