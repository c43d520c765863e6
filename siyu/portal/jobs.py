"""What the worker does for the member centre when a page asks."""

from uuid import UUID

from django.db import close_old_connections

from siyu.lib.clock import utc_now

from . import services


def prepare_copy(key: str) -> None:
    """Prepare a member's copy of what we know."""
    close_old_connections()
    services.prepare_copy(UUID(key), now=utc_now())
