"""Member day: the same day of every month, for whoever holds a tier."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Hour, Medium, Wording, drawn, message

TITLE = _("Member day")
WORDS = _("On the same day of every month whoever holds a tier hears of the member day. Once a month; the gate's caps hold.")


class Values(Asked, frozen=True, kw_only=True):
    """Which day of the month, and when."""

    day: Annotated[int, Meta(ge=1, le=28, title="day of the month")] = 8
    at: Hour = "10:00"
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "today",
            gettext("Member day greeting"),
            values.medium,
            "今天是会员日",
            "{{ tier.name | default: '亲爱的' }}会员，今天是会员日：会员专享价与加倍积分今晚 24 点截止。"
            "您现有 {{ points.available | default: 0 }} 积分可抵扣。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [
        Crowd("members", gettext("Members with a tier"), {"condition": "stage", "clock": "ladder", "stages": ["member", "super_member"]})
    ]


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {"tell": {"step": "touch", "template": "today", "keep_hours": 10}, "end": {"step": "end"}}
    return drawn(
        {"kind": "schedule", "audience": "members", "every": "month", "day": values.day, "at": values.at},
        steps,
        entry={"how": "many", "at_once": False},
        goal={"fact": "order.paid", "within_days": 1, "ends": False},
    )
