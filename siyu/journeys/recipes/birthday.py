"""A gift some days before the birthday, and a greeting on the day."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Hour, Medium, Points, Wording, drawn, message, rewarded

TITLE = _("Birthday")
WORDS = _(
    "Some days before the birthday points and a note that they are there; on the day a greeting. "
    "Once a year, though the birthday be changed."
)


class Values(Asked, frozen=True, kw_only=True):
    """What is given, and how many days before."""

    points: Points = 200
    days_before: Annotated[int, Meta(ge=1, le=30, title="days before")] = 3
    at: Hour = "10:00"
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "gift",
            gettext("Birthday gift is there"),
            values.medium,
            "生日礼提前送到",
            f"{{{{ member.nickname | default: '您好' }}}}，您的生日快到了！{_gift(values)}生日月下单还有惊喜。",
        ),
        message(
            "greeting",
            gettext("Birthday greeting"),
            values.medium,
            "生日快乐",
            "{{ member.nickname | default: '亲爱的会员' }}，生日快乐！愿新的一岁平安喜乐。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return []


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "tell": {"step": "touch", "template": "gift", "priority": 10},
        "wait": {"step": "wait", "days": values.days_before},
        "greet": {"step": "touch", "template": "greeting", "priority": 10, "keep_hours": 12},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "date", "trait": "birthday", "days": -values.days_before, "at": values.at},
        rewarded(values.points, "gift", steps),
        entry={"how": "many", "again_after_days": 330},
        goal={"fact": "order.paid", "within_days": 30, "ends": False},
    )


def _gift(values: Values) -> str:
    return f"{values.points} 积分生日礼已放进您的账户，" if values.points else ""
