"""How a service says no."""

from collections.abc import Callable
from typing import Any


class Refusal(Exception):
    """A request that a rule forbids: `code` is stable (`points.insufficient`), `because` tells a person what to do.

    What varies stands in `values`, so that pages can translate the words:
    `Refusal("store.in_use", "%(name)s still has staff", name="East")`.
    """

    def __init__(self, code: str, because: str, /, **values: Any) -> None:
        self.code = code
        self.words = because
        self.values = values
        self.because = self.told()
        super().__init__(f"{code}: {self.because}")

    def told(self, translate: Callable[[str], str] = str) -> str:
        """The reason in the reader's language: `refusal.told(gettext)`."""
        words = translate(self.words)
        return words % self.values if self.values else words
