"""Who asks, and under which key the services know it: two callers' keys never meet."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field

from siyu.merchant.api import ScopedKey, Text
from siyu.merchant.rules import Actor

VIEW, EDIT = ScopedKey("membership.view"), ScopedKey("membership.edit")
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_-]*$")]
Words = Annotated[Text, Field(max_length=200)]


def caller(request: HttpRequest, key: str) -> tuple[Actor, str]:
    """The key that calls, and the service's key made of the caller's."""
    by: Actor = request.auth  # type: ignore[attr-defined]
    return by, f"api:{by.id}:{key}"
