"""Benefits, paid plans, deeds, honours and the mall."""

from .known import KnownFact, Property, money

_GRANT = (
    Property("benefit"),
    Property("source", help="hand, reward or trial"),
    Property("until"),
    Property("times", "integer"),
)
_PLAN = (Property("plan"), Property("version", "integer"), Property("until", help="day after the last"))
_REDEMPTION = (
    Property("gift", help="code"),
    Property("kind", help="physical, voucher or reward"),
    Property("quantity", "integer", "pieces"),
    Property("points", "integer", "points"),
    Property("redemption", help="number"),
)
_BADGE = (Property("badge", help="code"), Property("level", "integer", "from 1"))

FACTS = (
    KnownFact(
        "benefit.redeemed",
        "使用权益",
        "shop, API",
        (
            Property("benefit", is_required=True, help="code"),
            Property("quantity", "integer"),
            money("amount_minor", help="on which it was used"),
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
    KnownFact("badge.brought_in", "迁入勋章", "import", (Property("badge", is_required=True),), is_derived=True),
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
            money("value_minor", help="saved by the member"),
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
            money("amount_minor"),
            money("credit_minor", help="of the plan before it"),
            Property("is_first", "boolean"),
        ),
        is_derived=True,
    ),
    KnownFact("plan.renewed", "付费会员续费", "siyu", (*_PLAN, Property("from"), money("amount_minor")), is_derived=True),
    KnownFact("plan.queued", "付费会员待生效", "siyu", (*_PLAN, Property("from"), money("amount_minor")), is_derived=True),
    KnownFact(
        "plan.renewal_noticed",
        "付费会员到期提醒",
        "siyu",
        (Property("plan"), Property("until"), money("price_minor"), Property("auto_renew", "boolean")),
        is_derived=True,
    ),
    KnownFact("plan.grace_began", "付费会员宽限", "siyu", (Property("plan"), Property("until")), is_derived=True),
    KnownFact("plan.cancelled", "付费会员取消续费", "siyu", _PLAN, is_derived=True),
    KnownFact("plan.resumed", "付费会员恢复续费", "siyu", _PLAN, is_derived=True),
    KnownFact("plan.refunded", "付费会员退费", "siyu", (*_PLAN, money("amount_minor")), is_derived=True),
    KnownFact(
        "plan.ended",
        "付费会员结束",
        "siyu",
        (Property("plan"), Property("version", "integer"), Property("because", help="expired, cancelled, refunded, changed")),
        is_derived=True,
    ),
)
