"""Congratulations on a tier that was reached, by message and by the member's own assistant."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Medium, Wording, drawn, message, task

TITLE = _("Congratulations on a new tier")
WORDS = _("Who reaches a tier is congratulated at once, and the own assistant is asked to say it in person. Once for each tier.")


class Values(Asked, frozen=True, kw_only=True):
    """By what, and whether assistants are asked."""

    medium: Medium = "inbox"
    asks_assistant: Annotated[bool, Meta(title="ask the assistant too")] = True


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "congratulate",
            gettext("Congratulation on the tier"),
            values.medium,
            "恭喜您升级",
            "恭喜您升级为{{ tier.name | default: '更高等级' }}会员！新等级的权益已为您开通，到会员中心看看都有什么。",
            "service",
        ),
        task(
            "say",
            gettext("Congratulate a member on the tier"),
            "{{ member.nickname | default: '会员' }}刚升级为{{ tier.name | default: '更高等级' }}，请亲自道贺并介绍新权益。",
            "service",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return []


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {"congratulate": {"step": "touch", "template": "congratulate", "priority": 15}}
    if values.asks_assistant:
        steps["say"] = {"step": "staff_task", "template": "say"}
    reached = {"all": [{"property": "why", "op": "eq", "value": "reached"}, {"property": "track", "op": "eq", "value": "growth"}]}
    return drawn(
        {"kind": "fact", "fact": "tier.changed", "where": reached},
        {**steps, "end": {"step": "end"}},
        entry={"how": "keyed", "by": "to"},
    )
