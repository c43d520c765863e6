"""The web door: `/v1/…` goes to the ingest application, `/healthz` to the health check, everything else to Django."""

import os
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.settings")

from django.core.asgi import get_asgi_application

# static files (whitenoise) stream from short files of ours; pages that stream use asynchronous iterators
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

django_application: Any = get_asgi_application()  # sets Django up: what follows may import models

from siyu.facts.ingest import application as ingest  # noqa: E402
from siyu.operate.health import application as health  # noqa: E402


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Dispatch one connection. The ingest application also gets the server's start and end, to open and drain its writer."""
    await _for(scope)(scope, receive, send)


def _for(scope: Scope) -> Any:
    if scope["type"] == "lifespan":
        return ingest
    path = scope.get("path", "")
    if path.startswith("/v1/"):
        return ingest
    return health if path == "/healthz" else django_application
