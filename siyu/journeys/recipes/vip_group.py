"""Members of high tiers are invited into the VIP group by their own assistant, and once more by a message."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta, field

from . import Asked, Crowd, Medium, Wording, drawn, message, task

TITLE = _("High tiers into the VIP group")
WORDS = _(
    "Who comes to hold one of the high tiers is invited into the VIP group by the own assistant, then by a message. "
    "It ends with joining a group; once."
)


class Values(Asked, frozen=True, kw_only=True):
    """Which tiers are high."""

    tiers: Annotated[list[str], Meta(min_length=1, max_length=20, title="tiers", extra_json_schema={"input": "tiers"})] = field(
        default_factory=lambda: ["gold", "platinum"]
    )
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        task(
            "invite",
            gettext("Invite to the VIP group"),
            "{{ member.nickname | default: '会员' }}已是{{ tier.name | default: '高等级' }}，请一对一邀请进 VIP 群：新品优先、专属客服。",
        ),
        message(
            "again",
            gettext("Invitation to the VIP group"),
            values.medium,
            "您的 VIP 群席位",
            "{{ tier.name | default: '尊敬的' }}会员，您的 VIP 群席位已预留：新品优先、专属客服。向您的专属导购要一下群二维码即可加入。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [Crowd("high", gettext("Members of high tiers"), {"condition": "tier", "tiers": list(values.tiers)})]


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "invite": {"step": "staff_task", "template": "invite", "priority": 10},
        "joined": {"step": "wait_until", "fact": "group.joined", "days": 5, "next": {"happened": "tag", "timeout": "again"}},
        "again": {"step": "touch", "template": "again", "next": {"next": "later"}},
        "later": {"step": "wait_until", "fact": "group.joined", "days": 7, "next": {"happened": "tag", "timeout": "end"}},
        "tag": {"step": "tag", "tag": "VIP群", "next": {"next": "end"}},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "audience", "audience": "high"},
        steps,
        entry={"how": "once"},
        goal={"fact": "group.joined", "within_days": 14, "ends": False},
    )
