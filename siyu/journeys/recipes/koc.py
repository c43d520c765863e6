"""Invite members who share and review, and buy again and again, to become key opinion consumers."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Medium, Wording, drawn, message, task

TITLE = _("KOC invitation")
WORDS = _("Who buys often and shares or reviews is tagged as a candidate and invited, first by the own assistant, then by message. Once.")


class Values(Asked, frozen=True, kw_only=True):
    """Who is a candidate."""

    orders: Annotated[int, Meta(ge=1, le=1_000, title="orders at least")] = 3
    voices: Annotated[int, Meta(ge=1, le=1_000, title="shares or reviews in 90 days")] = 3
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        task(
            "call",
            gettext("Invite a member to be a KOC"),
            "{{ member.nickname | default: '会员' }}近期多次分享和评价，请一对一邀请加入体验官计划，说明权益与规则。",
        ),
        message(
            "invite",
            gettext("Invitation to try things first"),
            values.medium,
            "邀请您成为体验官",
            "{{ member.nickname | default: '您好' }}，谢谢您的分享与评价！"
            "诚邀您成为品牌体验官：新品优先试用、专属福利。有兴趣请回复您的专属导购。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [Crowd("voices", gettext("Candidates for KOC"), _rule(values))]


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "tag": {"step": "tag", "tag": "KOC候选"},
        "call": {"step": "staff_task", "template": "call"},
        "wait": {"step": "wait", "days": 3},
        "invite": {"step": "touch", "template": "invite"},
        "end": {"step": "end"},
    }
    return drawn({"kind": "audience", "audience": "voices"}, steps, entry={"how": "once"})


def _rule(values: Values) -> dict[str, Any]:
    spoke = [
        {"condition": "did_fact", "fact": fact, "times": values.voices, "within": {"last_days": 90}}
        for fact in ("product.shared", "product.reviewed")
    ]
    return {"all": [{"condition": "orders", "what": "orders", "op": "gte", "value": values.orders}, {"any": spoke}]}
