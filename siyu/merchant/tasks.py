"""What the timetable does for the ground."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from .services import forget_attempts


def forget_logins(now: datetime) -> None:
    """Failed log-ins of more than a day ago, and sessions that have ended."""
    forget_attempts(now - timedelta(days=1))
    Session.objects.filter(expire_date__lt=now).delete()
