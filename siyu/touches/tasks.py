"""What the timetable does for touches."""

from datetime import datetime

from . import services
from .rules.media import MEDIA


def send(now: datetime) -> None:
    """Hand over what is due, medium by medium."""
    services.post_inbox(now)
    for medium in MEDIA:
        services.send_due(now, medium)


def forget_senders(now: datetime) -> None:
    """What a stopped sender left behind becomes unknown."""
    services.forget_senders(now)


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
