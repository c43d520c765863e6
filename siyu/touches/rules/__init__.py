"""Pure words and rules of touches."""

from .settings import SETTINGS

__all__ = ["SETTINGS"]
