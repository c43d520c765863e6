"""How programs are let in and answered: `router.get(path, auth=ScopedKey("orders.view"), response={200: …, **FAULTS})`."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Header, Schema
from ninja.security import HttpBearer
from pydantic import ConfigDict

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal

from . import queries, services
from .rules import PERMISSIONS_KNOWN, Actor


class Fault(Schema):
    """Why a request was not carried out: `code` is stable, `message` says what to do."""

    code: str
    message: str


class Body(Schema):
    """The body of a request: a name that it does not know is an error of the caller, and told so."""

    model_config = ConfigDict(extra="forbid")


# what any operation may answer instead of its result; `siyu/api.py` says which refusal becomes which
FAULTS: dict[int, type[Schema]] = dict.fromkeys((400, 401, 403, 404, 409, 422), Fault)

# the caller's name for a write: sent again with the same body it answers what was answered, with another it is refused
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]


# what callers write: without NUL, which the database cannot keep
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class ScopedKey(HttpBearer):
    """`Authorization: Bearer siyu_k_…`: lets in a living API key that has the scope; `request.auth` is its `Actor`.

    Everyone else gets 401, a key without the scope 403 (`key.scope`). A key sees the whole pool: its scopes limit what
    it does, not whom it sees.
    """

    def __init__(self, scope: str) -> None:
        if scope not in PERMISSIONS_KNOWN:
            raise ValueError(f"there is no scope {scope!r}")
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        key = queries.find_key("api", token)
        if key is None:
            return None
        if self.scope not in key.scopes:
            raise Refusal("key.scope", "this key lacks the scope %(scope)s; an owner can make one that has it", scope=self.scope)
        services.mark_key_used(key.id, queries.today(utc_now()))
        return Actor("api_key", key.id, key.name)
