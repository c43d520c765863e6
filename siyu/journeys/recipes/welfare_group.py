"""Members who buy seldom are invited into a welfare group: assistants invite, for nobody is pulled into a group."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Days, Medium, Wording, drawn, message, task

TITLE = _("Low-frequency members into the welfare group")
WORDS = _(
    "Who bought once or twice and has paused is invited into the welfare group by the own assistant, then by a message. "
    "It ends with joining a group; the same member at most once in 90 days."
)


class Values(Asked, frozen=True, kw_only=True):
    """Who buys seldom."""

    orders: Annotated[int, Meta(ge=1, le=50, title="orders at most")] = 2
    days: Annotated[Days, Meta(title="days without an order")] = 60
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        task(
            "invite",
            gettext("Invite to the welfare group"),
            "{{ member.nickname | default: '会员' }}购买较少，请发送福利群邀请：每周秒杀、群专享券。",
        ),
        message(
            "again",
            gettext("Invitation to the welfare group"),
            values.medium,
            "邀请您进福利群",
            "{{ member.nickname | default: '您好' }}，福利群每周都有秒杀和群专享券，向您的专属导购要一下群二维码就能进。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [Crowd("seldom", gettext("Rare buyers for the welfare group"), _rule(values))]


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "invite": {"step": "staff_task", "template": "invite"},
        "joined": {"step": "wait_until", "fact": "group.joined", "days": 5, "next": {"happened": "tag", "timeout": "again"}},
        "again": {"step": "touch", "template": "again", "next": {"next": "later"}},
        "later": {"step": "wait_until", "fact": "group.joined", "days": 7, "next": {"happened": "tag", "timeout": "end"}},
        "tag": {"step": "tag", "tag": "福利群", "next": {"next": "end"}},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "audience", "audience": "seldom"},
        steps,
        entry={"how": "many", "again_after_days": 90, "at_once": False},
        goal={"fact": "group.joined", "within_days": 14, "ends": False},
    )


def _rule(values: Values) -> dict[str, Any]:
    return {
        "all": [
            {"condition": "orders", "what": "orders", "op": "between", "value": 1, "to": values.orders},
            {"condition": "days_since", "what": "last_bought", "op": "gte", "value": values.days},
            {"not": {"condition": "did_fact", "fact": "group.joined"}},
        ]
    }
