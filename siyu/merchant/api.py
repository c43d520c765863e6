"""How programs are let in: `NinjaAPI(...).get(path, auth=ScopedKey("orders.view"))`."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from siyu.lib.clock import utc_now

from . import queries, services
from .rules import PERMISSIONS_KNOWN, Actor


class ScopedKey(HttpBearer):
    """`Authorization: Bearer siyu_k_…`: lets in a living API key that has the scope; `request.auth` is its `Actor`.

    Django-ninja answers 401 for everyone else. A key sees the whole pool: its scopes limit what it does, not whom it sees.
    """

    def __init__(self, scope: str) -> None:
        if scope not in PERMISSIONS_KNOWN:
            raise ValueError(f"there is no scope {scope!r}")
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        key = queries.find_key("api", token)
        if key is None or self.scope not in key.scopes:
            return None
        services.mark_key_used(key.id, queries.today(utc_now()))
        return Actor("api_key", key.id, key.name)
