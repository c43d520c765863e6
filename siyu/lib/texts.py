"""What the database can keep of texts."""

from typing import Any


def is_storable(value: Any) -> bool:
    """Whether PostgreSQL can keep a text, or every text of a JSON value: neither U+0000 nor half of a surrogate pair. However deep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\x00" in one or any("\ud800" <= char <= "\udfff" for char in one):
                return False
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
    return True
