"""People: who they are, what they agreed to, where they stand."""

from .known import KnownFact, Property

_TOLD = (
    Property("way", help="how a person told staff: store, phone, paper, chat, other"),
    Property("by", help="who wrote it down"),
    Property("note", is_personal=True),
)
_MERGE = (Property("loser", "integer"), Property("survivor", "integer"), Property("merge", "integer", help="its number"))
FACTS = (
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
        "member centre, staff, import",
        (
            Property("purpose", is_required=True),
            Property("channel", help="consent channel: inbox, wecom, sms, email, phone, webhook, any"),
            Property("proof"),
            Property("undated", "boolean", help="said some day before: any withdrawal is newer"),
            *_TOLD,
        ),
    ),
    KnownFact(
        "consent.withdrawn",
        "撤回授权",
        "member centre, staff, SMS reply",
        (Property("purpose", is_required=True), Property("channel"), Property("proof"), *_TOLD),
    ),
    KnownFact("member.merged", "会员合并", "siyu", _MERGE, is_derived=True),
    KnownFact("member.unmerged", "撤销合并", "siyu", _MERGE, is_derived=True),
    KnownFact(
        "stage.changed",
        "阶段变化",
        "siyu",
        (Property("clock", help="pool, activity or ladder"), Property("from"), Property("to")),
        is_derived=True,
    ),
)
