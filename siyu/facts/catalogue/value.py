"""Points, growth and tiers."""

from .known import KnownFact, Property, money

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

FACTS = (
    KnownFact("value.granted", "获得", "siyu", _VALUE, is_derived=True),
    KnownFact("value.spent", "使用", "siyu", _VALUE, is_derived=True),
    KnownFact("value.held", "冻结", "siyu", _VALUE, is_derived=True),
    KnownFact("value.released", "解冻", "siyu", _VALUE, is_derived=True),
    KnownFact("value.returned", "退回", "siyu", _VALUE, is_derived=True),
    KnownFact("value.taken_back", "收回", "siyu", (*_VALUE, money("deduct_minor", help="off the refund")), is_derived=True),
    KnownFact(
        "refund.reduced",
        "退款扣减",
        "siyu",
        (
            *_SHOP_ORDER,
            Property("unit"),
            Property("amount", "integer", "of the unit, spent before the refund"),
            money("deduct_minor", help="off the refund"),
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
)
