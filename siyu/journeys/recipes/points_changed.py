"""Points changed: earned, spent, given, taken back; a note with the balance, at most one in so many days."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Wording, drawn

TITLE = _("Points changed")
WORDS = _(
    "Whenever points change, a note in the inbox of the member centre with the balance. However many changes, one note in so many days."
)


class Values(Asked, frozen=True, kw_only=True):
    """How often a note is written."""

    again_after: Annotated[int, Meta(ge=1, le=30, title="at most one note in days")] = 1


def templates(values: Values) -> Sequence[Wording]:
    return [
        Wording(
            "balance",
            gettext("Note that points changed"),
            "inbox",
            "您的积分有变动：当前可用 {{ points.available | default: 0 }}，待入账 {{ points.pending | default: 0 }}。明细见会员中心。",
            "积分变动通知",
            "service",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return []


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "gather": {"step": "wait", "minutes": 10},
        "tell": {"step": "touch", "template": "balance", "priority": -10},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "value", "unit": "points"},
        steps,
        entry={"how": "many", "again_after_days": values.again_after, "at_once": False},
    )
