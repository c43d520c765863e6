"""Segment's messages as the outside sends them → facts: pure, no Django, no clock. The contract stands in `docs/ingest.md`."""

from .body import MAX_BODY, MAX_MESSAGE, MAX_MESSAGES, TYPES, Body, alone, decode, wrap
from .translate import translate

__all__ = ["MAX_BODY", "MAX_MESSAGE", "MAX_MESSAGES", "TYPES", "Body", "alone", "decode", "translate", "wrap"]
