"""Win-back: who has not bought for 180 days, with points, two messages, and a control group to see what it brings."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import Asked, Crowd, Days, HoldOut, Medium, Points, Wording, drawn, held_out, message, rewarded

TITLE = _("Win-back after 180 days")
WORDS = _(
    "Who has not bought for so long gets points and up to two messages a week apart; a share is held out to compare. "
    "It ends with an order; the same member at most once in 180 days. Who has been away for longer when it is published stays outside."
)


class Values(Asked, frozen=True, kw_only=True):
    """After how many days, with what, and how many are held out."""

    days: Days = 180
    points: Points = 200
    hold_out: HoldOut = 1_000
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "miss",
            gettext("Asleep, message 1"),
            values.medium,
            "好久不见，给您留了心意",
            f"{{{{ member.nickname | default: '您好' }}}}，好久不见。{_gift(values)}回来看看最近的新品吧。",
        ),
        message(
            "last",
            gettext("Asleep, message 2"),
            values.medium,
            "您的回归礼还在",
            "{{ member.nickname | default: '您好' }}，您的 {{ points.available | default: 0 }} 积分还没用，本周下单可直接抵扣。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [Crowd("asleep", gettext("No purchase for %(days)s days") % {"days": values.days}, _rule(values))]


def definition(values: Values) -> dict[str, Any]:
    following: dict[str, dict[str, Any]] = {
        "miss": {"step": "touch", "template": "miss"},
        "wait": {"step": "wait", "days": 7},
        "last": {"step": "touch", "template": "last"},
        "end": {"step": "end"},
    }
    given = rewarded(values.points, "gift", following)
    return drawn(
        {"kind": "audience", "audience": "asleep"},
        {"split": held_out(values.hold_out, next(iter(given))), **given},
        entry={"how": "many", "again_after_days": 180, "at_once": False},
        goal={"fact": "order.paid", "within_days": 30},
    )


def _gift(values: Values) -> str:
    return f"{values.points} 积分回归礼已放进您的账户，" if values.points else ""


def _rule(values: Values) -> dict[str, Any]:
    return {"condition": "days_since", "what": "last_bought", "op": "gte", "value": values.days}
