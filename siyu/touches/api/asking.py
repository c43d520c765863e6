"""Who asks, and under which key the services know it: two callers' keys never meet."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Path, Query

from siyu.lib.web.keyset import Position, decode
from siyu.merchant.api import ScopedKey
from siyu.merchant.rules import Actor

VIEW, EDIT, DO, EXPORT = ScopedKey("touches.view"), ScopedKey("touches.edit"), ScopedKey("tasks.do"), ScopedKey("tasks.export")
MAX_PAGE = 200
Words = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_-]*$")]
Day = Annotated[date, Query(description="a business day")]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


def caller(request: HttpRequest, key: str) -> tuple[Actor, str]:
    """The key that calls, and the service's key made of the caller's."""
    by: Actor = request.auth  # type: ignore[attr-defined]
    return by, f"api:{by.id}:{key}"


def position(order: str, cursor: str, limit: int) -> Position:
    """Where a page begins. Refusal: `page.cursor`."""
    return decode(order, cursor, limit + 1) if cursor else Position(limit=limit + 1)
