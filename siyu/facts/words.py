"""Facts as readers call them."""

from collections.abc import Iterable

from django.utils.translation import get_language

from .catalogue import BY_NAME, KNOWN


def fact_title(name: str) -> str:
    """A fact as the reader calls it: the catalogue's Chinese title, in other languages its name in words; a custom fact has its name."""
    known = BY_NAME.get(name)
    if known is None:
        return name
    return known.title if (get_language() or "").startswith("zh") else name.replace(".", " ").replace("_", " ").capitalize()


def fact_choices(told: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Names with their titles to choose from: those that have been told, then all others of the catalogue."""
    return [(name, fact_title(name)) for name in dict.fromkeys([*told, *(known.name for known in KNOWN)])]
