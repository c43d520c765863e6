"""Welcome: who joins the pool gets a newcomer's gift, and a reminder while the first order is still to come."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import Asked, Crowd, Days, Medium, Points, Wording, drawn, message, rewarded

TITLE = _("Welcome with a gift for newcomers")
WORDS = _(
    "Who joins the pool gets points and a welcome; without an order after some days one reminder. "
    "Once in a life; it ends with the first order."
)


class Values(Asked, frozen=True, kw_only=True):
    """What the newcomer gets, and when to remind."""

    points: Points = 100
    medium: Medium = "inbox"
    remind_after: Days = 3


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "hello",
            gettext("Welcome to newcomers"),
            values.medium,
            "欢迎加入，新人礼已到账",
            f"{{{{ member.nickname | default: '您好' }}}}，欢迎加入会员！{_gift(values)}有任何问题都可以直接找您的专属导购。",
            "service",
        ),
        message(
            "first-order",
            gettext("Newcomers: reminder of the first order"),
            values.medium,
            "您的新人礼还没用",
            "{{ member.nickname | default: '您好' }}，您账户里有 {{ points.available | default: 0 }} 积分，首单就能用。"
            "挑一件喜欢的试试，选不好就问您的专属导购。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return []


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "hello": {"step": "touch", "template": "hello", "priority": 20},
        "wait": {"step": "wait", "days": values.remind_after},
        "remind": {"step": "touch", "template": "first-order"},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "fact", "fact": "pool.joined"},
        rewarded(values.points, "gift", steps),
        entry={"how": "once"},
        goal={"fact": "order.paid", "within_days": min(values.remind_after + 7, 366)},
    )


def _gift(values: Values) -> str:
    return f"{values.points} 积分新人礼已放进您的账户，首单即可抵用。" if values.points else ""
