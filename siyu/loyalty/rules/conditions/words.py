"""Kinds of value that conditions list."""

from typing import Annotated

from msgspec import Meta

MAX_VALUES = 500

Word = Annotated[str, Meta(min_length=1, max_length=100)]
Words = Annotated[tuple[Word, ...], Meta(max_length=MAX_VALUES)]


def listed(words: tuple[str, ...], most: int = 5) -> str:
    """Some of the words, for a sentence."""
    return ", ".join(words[:most]) + (" …" if len(words) > most else "")
