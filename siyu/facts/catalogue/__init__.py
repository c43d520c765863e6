"""The facts we know: name, who reports them, properties with units, which are personal. `docs/facts.md` is generated from here.

A fact of another name is kept as a custom fact; its properties are scanned for what looks personal.
Any fact may also carry `channel`, `code` and `utm_source|utm_medium|utm_campaign`: that is an arrival (acquisition).
"""

from . import membership, people, reach, shopping, trade, value
from .known import KnownFact, Property
from .traits import BORN, PERSONAL_TRAITS

PARTS = (people, shopping, trade, value, membership, reach)  # in the order of the docs
KNOWN: tuple[KnownFact, ...] = tuple(fact for part in PARTS for fact in part.FACTS)
BY_NAME = {known.name: known for known in KNOWN}
BY_SEGMENT = {name: known.name for known in KNOWN for name in known.segment}

__all__ = ["BORN", "BY_NAME", "BY_SEGMENT", "KNOWN", "PARTS", "PERSONAL_TRAITS", "KnownFact", "Property"]
