"""Points that are about to expire: told a month before, and again in the last week if they are still there."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Medium, Wording, message, told_twice

TITLE = _("Points about to expire")
WORDS = _(
    "Whose points expire soon hears of it in time and once more shortly before. "
    "It ends when they are used; the same member at most once in 30 days."
)


class Values(Asked, frozen=True, kw_only=True):
    """How early, and from how many points on."""

    days: Annotated[int, Meta(ge=2, le=60, title="days before")] = 30
    last_days: Annotated[int, Meta(ge=1, le=59, title="once more, days before")] = 7
    at_least: Annotated[int, Meta(ge=1, le=1_000_000, title="points at least")] = 100
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "soon",
            gettext("Points expire soon"),
            values.medium,
            "您有积分即将到期",
            "{{ member.nickname | default: '您好' }}，您有 {{ points.expiring | default: '一批' }} 积分"
            "将于 {{ points.expires_on | default: '近期' }} 到期，可兑换好礼或下单抵扣。",
            "service",
        ),
        message(
            "last",
            gettext("Points expire: last reminder"),
            values.medium,
            "积分快到期了，别浪费",
            "最后提醒：{{ points.expiring | default: '一批' }} 积分将于 {{ points.expires_on | default: '近日' }} 到期，过期不补。",
            "service",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    rule = {"condition": "expiring", "days": values.days, "at_least": values.at_least}
    return [
        Crowd("ending", gettext("%(points)s points expire within %(days)s days") % {"points": values.at_least, "days": values.days}, rule)
    ]


def definition(values: Values) -> dict[str, Any]:
    return told_twice("ending", values.days, values.last_days, again_after_days=30)
