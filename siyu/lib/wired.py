"""What stands in `siyu/wiring.py`, found by a setting as Django finds its `ROOT_URLCONF`: rooms are wired without importing the wiring."""

from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def table(name: str) -> Any:
    """A table of the wiring as it is written: dotted paths."""
    return import_string(f"{settings.WIRING}.{name}")


def wired(name: str) -> list[Any]:
    """The entries of a list of the wiring, imported, in its order."""
    return [imported(path) for path in table(name)]


@lru_cache(maxsize=1_000)
def imported(path: str) -> Any:
    """What a dotted path names: an attribute of a module, or a module."""
    try:
        return import_string(path)
    except ImportError:
        return import_module(path)
