"""Reads of one-off sends: what became of every head, who bought against the control group, which assistants confirmed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position, cut
from siyu.merchant.queries import staff_names

from ..models import Arm, Send
from .tasks import Rate

_sql = statements("siyu.touches", "sends")
# lines in the order of a head's way: not asked for yet, left out, under way, reached, lost
GROUPS = (
    *("unasked", "cancelled", "too_late", "refused", "control", "waiting", "asked"),
    *("sent", "delivered", "opened", "clicked", "staff", "failed", "unknown"),
)
REACHED = ("sent", "delivered", "opened", "clicked")
OVER = ("done", "cancelled")


class Line(NamedTuple):
    """Heads of a send that ended alike: `group` of `GROUPS`, `why` where there is a reason, heads by arm."""

    group: str
    why: str
    heads: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.heads)


class Bought(NamedTuple):
    """An arm against its control group: heads the gate let through and buyers within the window, of both."""

    arm: int
    heads: int
    buyers: int
    control_heads: int
    control_buyers: int

    @property
    def rate(self) -> float | None:
        return self.buyers / self.heads if self.heads else None

    @property
    def control_rate(self) -> float | None:
        return self.control_buyers / self.control_heads if self.control_heads else None

    @property
    def difference(self) -> float | None:
        """In shares: 0.06 is six points."""
        return None if self.rate is None or self.control_rate is None else self.rate - self.control_rate

    @property
    def lift(self) -> float | None:
        """Relative: 0.6 is 60 % more than the control."""
        return self.difference / self.control_rate if self.difference is not None and self.control_rate else None

    @property
    def extra(self) -> int | None:
        """Buyers beyond those who would have bought anyway."""
        return None if self.difference is None else round(self.difference * self.heads)


class Report(NamedTuple):
    """A send to the last head: the totals of `lines` add up to `size`."""

    send: Send
    arms: Sequence[Arm]
    lines: Sequence[Line]
    bought: Sequence[Bought]
    staff: Sequence[Rate]

    @property
    def size(self) -> int:
        return self.send.size

    def of(self, group: str, why: str = "") -> int:
        """Heads of a group, or of one reason in it."""
        return sum(line.total for line in self.lines if line.group == group and why in ("", line.why))

    @property
    def planned(self) -> int:
        """Heads that the gate let through and the control did not take."""
        return self.size - self.of("refused") - self.of("control") - self.of("unasked") - self.of("cancelled") - self.of("too_late")

    @property
    def reached(self) -> int:
        return self.got("sent")

    def got(self, group: str) -> int:
        """Heads that got at least so far: `sent`, `delivered`, `opened` or `clicked`; who clicked has also opened."""
        return sum(self.of(further) for further in REACHED[REACHED.index(group) :])


def sends(at: Position) -> list[Send]:
    """Sends, newest first."""
    return list(cut(Send.objects.all(), at, "-created_at", "-pk"))


def naming(kind: str, number: int, day: date) -> list[str]:
    """Names of the sends that go to an audience and have not begun: `wiring.NAMERS`. Those under way know their heads."""
    waiting = Send.objects.filter(audience_id=number, started_at=None, status__in=("scheduled", "paused"))
    return list(waiting.order_by("pk").values_list("name", flat=True)) if kind == "audience" else []


def report(send_id: int) -> Report | None:
    """What became of a send; None when there is none."""
    send = Send.objects.filter(pk=send_id).first()
    if send is None:
        return None
    arms = list(Arm.objects.filter(send=send).select_related("template").order_by("number"))
    names = staff_names()
    with connection.cursor() as cursor:
        cursor.execute(_sql.lines, {"send": send.pk})
        counted = cursor.fetchall()
        cursor.execute(_sql.bought, {"send": send.pk, "days": send.window_days})
        bought = {(arm, is_control): (heads, buyers) for arm, is_control, heads, buyers in cursor.fetchall()}
        cursor.execute(_sql.staff, {"source": f"send:{send.pk}"})
        staff = [Rate(row[0], names.get(row[0], ""), *row[1:]) for row in cursor.fetchall()]
    against = [Bought(arm.number, *bought.get((arm.number, False), (0, 0)), *bought.get((arm.number, True), (0, 0))) for arm in arms]
    return Report(send, arms, _lines(send, len(arms), counted), against, sorted(staff, key=lambda one: (-one.rate, one.name)))


def _lines(send: Send, arms: int, counted: Sequence[tuple[int, str, str, int]]) -> list[Line]:
    found: dict[tuple[str, str], list[int]] = {}
    for arm, group, why, heads in counted:
        if group == "unasked" and send.status in OVER:
            group = "cancelled" if send.status == "cancelled" else "too_late"
        found.setdefault((group, why), [0] * arms)[arm - 1] += heads
    ordered = sorted(found.items(), key=lambda item: (GROUPS.index(item[0][0]), -sum(item[1]), item[0][1]))
    return [Line(group, why, tuple(heads)) for (group, why), heads in ordered]
