"""Plain values in what facts tell: found by their path, spelled as keys, compared between a fact and what let a member in."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

MAX_KEY = 200


def reached(properties: Mapping[str, Any], path: str) -> Any:
    """A plain value by its dotted path; None for anything else."""
    value: Any = properties
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def spelled(value: str | int | float) -> str:
    """A value as a key: 1.0 is 1, and of long ones the end is told by a digest, so that no two are taken for one."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(text) <= MAX_KEY:
        return text
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{text[: MAX_KEY - len(digest)]}{digest}"


def is_same(path: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both have a value there, and the same."""
    values = [reached(properties, path) for properties in (one, other)]
    return None not in values and spelled(values[0]) == spelled(values[1])
