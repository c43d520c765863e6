"""What a kind of benefit is: its family, the terms it takes, what one use of it means, and what that costs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from siyu.lib.refusal import Refusal
from siyu.lib.words import gettext_noop

ECONOMIC, SERVICE, IDENTITY = "economic", "service", "identity"
FAMILIES = (ECONOMIC, SERVICE, IDENTITY)
MAX_MINOR = 10**10


@dataclass(frozen=True, slots=True)
class Field:
    """One term: `type` is `money` (minor units), `whole` or `text`; numbers lie between `least` and `most`."""

    name: str
    title: str  # English msgid
    type: str = "whole"
    least: int = 0
    most: int = MAX_MINOR
    default: Any = 0
    help: str = ""

    def read(self, value: Any) -> Any:
        """The value as it will be kept. Refusal: `benefit.terms`."""
        if self.type == "text":
            if not isinstance(value, str) or not self.least <= len(value.strip()) <= 200:
                raise Refusal("benefit.terms", "%(field)s: a text of up to 200 characters", field=self.name)
            return value.strip()
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            words = gettext_noop("%(field)s: a whole number from %(least)s to %(most)s")
            raise Refusal("benefit.terms", words, field=self.name, least=self.least, most=self.most)
        return value


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of benefit. `words` says its terms in the reader's language; `worth` is what one use saves the member, in minor units.

    `worth` takes the terms and the amount it is used on (an order's, in minor units); `cost` does the same for what the merchant pays,
    unless the benefit states a cost of its own.
    """

    code: str
    family: str
    title: str  # English msgid
    use: str  # English msgid: what counts as one use
    fields: tuple[Field, ...]
    words: Callable[[dict[str, Any]], str]
    worth: Callable[[dict[str, Any], int], int]
    cost: Callable[[dict[str, Any], int], int]

    def check(self, terms: Any) -> dict[str, Any]:
        """The terms as they will be kept. Refusal: `benefit.terms`."""
        names = [field.name for field in self.fields]
        if not isinstance(terms, dict) or set(terms) - set(names):
            raise Refusal("benefit.terms", "the terms of this kind are %(fields)s", fields=", ".join(names))
        return {field.name: field.read(terms.get(field.name, field.default)) for field in self.fields}


def stated(name: str) -> Callable[[dict[str, Any], int], int]:
    """A figure that the terms state, whatever it is used on."""
    return lambda terms, amount_minor: terms[name]


def nothing(terms: dict[str, Any], amount_minor: int) -> int:
    """No money."""
    return 0
