"""Marks words that a page will translate, in places that may not know Django."""


def gettext_noop(words: str) -> str:
    """The words themselves; `tools/translations.py` collects them."""
    return words
