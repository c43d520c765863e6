"""What the timetable does for touches."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic

from . import services
from .rules.media import MEDIA

SPAN_S = 8.0  # of one call: the timetable calls every ten seconds


def send(now: datetime) -> None:
    """Hand over what is due, medium by medium in turns, until nothing is or the time of a call is over."""
    busy: list[Callable[[datetime], int]] = [services.post_inbox, *(partial(services.send_due, medium=medium) for medium in MEDIA)]
    enough = monotonic() + SPAN_S
    while busy and monotonic() < enough:
        busy = [hand_over for hand_over in busy if hand_over(now)]


def forget_senders(now: datetime) -> None:
    """What a stopped sender left behind becomes unknown."""
    services.forget_senders(now)


def collect_reports(now: datetime) -> None:
    """What waits at providers is fetched."""
    services.collect_reports(now)


def forget_keys(now: datetime) -> None:
    """Keys of programs are known for a while."""
    services.forget_keys(now)


def keep_staff_tasks(now: datetime) -> None:
    """Staff tasks are opened, handed over and closed in time."""
    services.expire_tasks(now)
    services.hand_over_tasks(now)
    services.take_steps(now)
    services.open_tasks(now)


def walk_sends(now: datetime) -> None:
    """One-off sends begin and go on."""
    services.run_sends(now)
