"""The door of Segment's SDKs: `POST /v1/…`, a bare ASGI application outside Django's middleware. 200 means durably stored."""

from .door import Ingest, application

__all__ = ["Ingest", "application"]
