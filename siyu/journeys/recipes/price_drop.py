"""A product became cheaper that the member looked at within the last 30 days and has not bought since."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from . import Asked, Crowd, Days, Medium, Wording, drawn, message

TITLE = _("Price drop on a viewed product")
WORDS = _(
    "Who looked at a product within the last 30 days hears when its price drops. "
    "At most one such message in so many days; it ends with an order."
)


class Values(Asked, frozen=True, kw_only=True):
    """How often a member may hear of dropped prices."""

    again_after: Annotated[Days, Meta(title="at most one message in days")] = 3
    medium: Medium = "inbox"


def templates(values: Values) -> Sequence[Wording]:
    return [
        message(
            "cheaper",
            gettext("Price drop"),
            values.medium,
            "您看过的商品降价了",
            "您看过的「{{ given.name | default: '商品' }}」降价了："
            "{{ given.before_minor | money }} 元 → {{ given.price_minor | money }} 元，喜欢就别错过。",
        ),
    ]


def audiences(values: Values) -> Sequence[Crowd]:
    return []


def definition(values: Values) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {"tell": {"step": "touch", "template": "cheaper", "keep_hours": 24}, "end": {"step": "end"}}
    return drawn(
        {"kind": "fact", "fact": "product.price_dropped"},
        steps,
        entry={"how": "many", "again_after_days": values.again_after, "at_once": False},
        goal={"fact": "order.paid", "within_days": 7},
    )
