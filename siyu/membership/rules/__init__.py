"""Pure rules of membership: folds and frozen values; one file per noun."""

from typing import Any

SETTINGS: tuple[Any, ...] = ()

__all__ = ["SETTINGS"]
