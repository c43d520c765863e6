"""Audiences, journeys, and what reached people."""

from .known import KnownFact, Property

_TOUCH = (
    Property("touch", is_required=True, help="number of the touch"),
    Property("medium", help="email, sms, inbox, webhook, task"),
    Property("purpose"),
    Property("origin", help="what wanted it: send:12, journey:5"),
    Property("why", help="when it failed"),
)
_JOURNEY = (Property("journey", help="code"), Property("version", "integer"), Property("key", help="of the entry"))

FACTS = (
    KnownFact("campaign.received", "收到活动", "import", (Property("campaign"), Property("campaign_type"))),
    KnownFact("touch.sent", "触达已发送", "siyu", _TOUCH),
    KnownFact("touch.failed", "触达失败", "siyu", _TOUCH),
    KnownFact("touch.delivered", "触达已送达", "provider", _TOUCH),
    KnownFact("touch.opened", "触达已打开", "member", _TOUCH),
    KnownFact("touch.clicked", "触达已点击", "member", (*_TOUCH, Property("link", help="address, without its query"))),
    KnownFact("touch.replied", "触达有回复", "provider", (*_TOUCH, Property("reply", is_personal=True))),
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
)
