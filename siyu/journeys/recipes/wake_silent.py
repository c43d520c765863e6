"""Two reminders within seven days for those who have fallen silent; a third is never sent."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import Asked, Crowd, Days, Medium, Wording, drawn, message

TITLE = _("Two reminders within 7 days for the silent")
WORDS = _(
    "Who has done nothing for so many days gets a reminder on the third day and one on the sixth. "
    "It ends as soon as they come back; the same member at most once in 30 days."
)

DOINGS = ("page.viewed", "screen.viewed", "product.viewed", "cart.added", "order.paid", "member.checked_in", "touch.clicked")


class Values(Asked, frozen=True, kw_only=True):
    """From when on somebody counts as silent."""

    silent_days: Days = 30
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "first",
            gettext("Silent, reminder 1"),
            values.medium,
            "好久不见，最近上新了",
            "{{ member.nickname | default: '您好' }}，好久没见到您了。这段时间上了不少新品，来看看有没有喜欢的？",
        ),
        message(
            "second",
            gettext("Silent, reminder 2"),
            values.medium,
            "给您留了一份回归心意",
            "{{ member.nickname | default: '您好' }}，您账户里还有 {{ points.available | default: 0 }} 积分可用，"
            "回来逛逛，结算时可直接抵扣。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return [Crowd("silent", gettext("Silent for %(days)s days") % {"days": values.silent_days}, _silent(values.silent_days))]


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {
        "day3": {"step": "wait", "days": 3},
        "first": {"step": "touch", "template": "first"},
        "day6": {"step": "wait", "days": 3},
        "second": {"step": "touch", "template": "second"},
        "end": {"step": "end"},
    }
    return drawn(
        {"kind": "audience", "audience": "silent"},
        steps,
        entry={"how": "many", "again_after_days": 30, "at_once": False},
        exits=[{"kind": "audience", "audience": "silent"}],
        goal={"fact": "order.paid", "within_days": 14},
    )


def _silent(days: int) -> dict[str, Any]:
    """In the pool for as long, and none of what members do themselves has happened since: what we send them does not count."""
    seen = [{"condition": "did_fact", "fact": fact, "within": {"last_days": days}} for fact in DOINGS]
    joined = {"condition": "days_since", "what": "joined", "op": "gte", "value": days}
    return {"all": [joined, {"not": {"any": seen}}]}
