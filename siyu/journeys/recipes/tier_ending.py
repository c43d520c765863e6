"""A tier is about to end: what is missing, told in time and once more shortly before."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Medium, Wording, message, told_twice

TITLE = _("Tier about to end")
WORDS = _(
    "Whose tier ends soon hears what is missing to keep it, and once more shortly before. "
    "It ends when the tier is renewed. Nobody is in it while the programme counts a lifetime, for such tiers do not end."
)


class Values(Asked, frozen=True, kw_only=True):
    """How early."""

    days: Annotated[int, Meta(ge=2, le=90, title="days before")] = 30
    last_days: Annotated[int, Meta(ge=1, le=89, title="once more, days before")] = 7
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "soon",
            gettext("Tier ends soon"),
            values.medium,
            "您的会员等级即将到期",
            "您的{{ tier.name | default: '会员' }}等级有效期至 {{ tier.until | default: '近期' }}，"
            "距保级还差 {{ tier.keep_missing | default: 0 }} 成长值。"
            "保级成功，权益不中断。",
            "service",
        ),
        message(
            "last",
            gettext("Tier ends: last reminder"),
            values.medium,
            "保级最后几天",
            "{{ tier.until | default: '近日' }} 是保级最后一天，还差 {{ tier.keep_missing | default: 0 }} 成长值。"
            "达成即可保留{{ tier.name | default: '当前等级' }}。",
            "service",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [
        Crowd("ending", gettext("Tier ends within %(days)s days") % {"days": values.days}, {"condition": "tier_ends", "days": values.days})
    ]


def definition(values: Values) -> dict[str, Any]:
    goal = {"fact": "order.paid", "within_days": 60, "ends": False}
    return told_twice("ending", values.days, values.last_days, again_after_days=90, goal=goal)
