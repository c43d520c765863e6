"""A reminder when the next purchase would be due by the member's own rhythm."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Days, Medium, Wording, drawn, message

TITLE = _("Rebuy reminder by the member's own rhythm")
WORDS = _(
    "After each order it waits as long as the member usually takes to buy again, then reminds. "
    "Every order begins anew; at most one reminder an order."
)


class Values(Asked, frozen=True, kw_only=True):
    """The bounds of a rhythm, and what counts as usual before there is one."""

    percent: Annotated[int, Meta(ge=50, le=300, title="percent of the rhythm")] = 100
    at_least: Annotated[Days, Meta(title="days at least")] = 7
    at_most: Annotated[Days, Meta(title="days at most")] = 90
    usual: Annotated[Days, Meta(title="days when unknown")] = 30
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "again",
            gettext("Time to buy again"),
            values.medium,
            "常买的该补货了",
            "{{ member.nickname | default: '您好' }}，上次买的差不多用完了吧？"
            "常购清单已经替您整理好，一键再来一单，{{ points.available | default: 0 }} 积分可抵扣。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return []


def definition(values: Values) -> dict[str, Any]:
    rhythm = {"percent": values.percent, "at_least": min(values.at_least, values.at_most), "at_most": values.at_most, "usual": values.usual}
    steps: dict[str, dict[str, Any]] = {
        "rhythm": {"step": "rhythm", **rhythm},
        "remind": {"step": "touch", "template": "again"},
        "see": {"step": "wait", "days": 14},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "fact", "fact": "order.paid"},
        steps,
        entry={"how": "many", "at_once": False},
        exits=[{"kind": "fact", "fact": "order.paid"}],
        goal={"fact": "order.paid", "within_days": values.at_most + 14},
    )
