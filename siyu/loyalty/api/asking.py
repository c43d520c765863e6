"""Who asks, and under which key the ledger knows it: two callers' keys never meet."""

from django.http import HttpRequest

from siyu.merchant.api import ScopedKey
from siyu.merchant.rules import Actor

VIEW, MOVE = ScopedKey("loyalty.view"), ScopedKey("loyalty.move")


def caller(request: HttpRequest, key: str) -> tuple[Actor, str]:
    """The key that calls, and the ledger's key made of the caller's."""
    by: Actor = request.auth  # type: ignore[attr-defined]
    return by, f"api:{by.id}:{key}"
