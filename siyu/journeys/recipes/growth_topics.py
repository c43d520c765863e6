"""Members in their growing stage get a topic a week: how to use it, what others say, what comes next."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Days, Medium, Wording, drawn, message

TITLE = _("Topics for the growing stage")
WORDS = _("Whoever comes into the growing stage of the pool gets three topics, one every so many days. Once; it ends when the stage does.")


class Values(Asked, frozen=True, kw_only=True):
    """How far topics lie apart."""

    every: Annotated[Days, Meta(title="days between topics")] = 7
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "topic1",
            gettext("Growing, topic 1: use it well"),
            values.medium,
            "老顾客都这样用",
            "{{ member.nickname | default: '您好' }}，整理了老顾客最常用的几个小窍门，花两分钟看看，用起来更顺手。",
        ),
        message(
            "topic2",
            gettext("Growing, topic 2: what others say"),
            values.medium,
            "大家最近在聊什么",
            "{{ member.nickname | default: '您好' }}，本月回购最多的几款和真实评价都在这里，看看和您想的是不是一样。",
        ),
        message(
            "topic3",
            gettext("Growing, topic 3: what goes with it"),
            values.medium,
            "搭着用，效果更好",
            "{{ member.nickname | default: '您好' }}，整理了几套老顾客常搭着用的组合，"
            "您的 {{ points.available | default: 0 }} 积分下单就能抵扣。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [Crowd("growing", gettext("Growing in the pool"), {"condition": "stage", "clock": "pool", "stages": ["growing"]})]


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "topic1": {"step": "touch", "template": "topic1"},
        "wait1": {"step": "wait", "days": values.every},
        "topic2": {"step": "touch", "template": "topic2"},
        "wait2": {"step": "wait", "days": values.every},
        "topic3": {"step": "touch", "template": "topic3"},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "audience", "audience": "growing"},
        steps,
        entry={"how": "once"},
        exits=[{"kind": "audience", "audience": "growing"}],
        goal={"fact": "order.paid", "within_days": 60, "ends": False},
    )
