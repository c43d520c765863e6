"""What is wrong with a definition: where, a stable code, and what to do."""

from collections.abc import Callable
from typing import Any


class Problem:
    """A fault: `step` and `field` say where (an empty step is the journey itself), `code` is stable, `message` says what to do."""

    __slots__ = ("code", "field", "step", "values", "words")

    def __init__(self, step: str, field: str, code: str, words: str, /, **values: Any) -> None:
        self.step, self.field, self.code, self.words, self.values = step, field, code, words, values

    @property
    def message(self) -> str:
        return self.told()

    def told(self, translate: Callable[[str], str] = str) -> str:
        """The message in the reader's language: `problem.told(gettext)`."""
        words = translate(self.words)
        return words % self.values if self.values else words

    def __repr__(self) -> str:
        return f"Problem({self.step!r}, {self.field!r}, {self.code!r}, {self.message!r})"


class Flaw:
    """A fault of one kind's terms: `field`, `code`, and what to do."""

    __slots__ = ("code", "field", "values", "words")

    def __init__(self, field: str, code: str, words: str, /, **values: Any) -> None:
        self.field, self.code, self.words, self.values = field, code, words, values

    def at(self, step: str) -> Problem:
        return Problem(step, self.field, self.code, self.words, **self.values)
