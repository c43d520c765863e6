"""Benefits as pure rules: who holds one and how often it may be used."""

from .holding import Benefit, Definition, Given, Held, Holder, Holding, Quota, Source, fault_of, holding_of, is_given_by
from .period import PERS, Period, period_of

__all__ = [
    "PERS",
    "Benefit",
    "Definition",
    "Given",
    "Held",
    "Holder",
    "Holding",
    "Period",
    "Quota",
    "Source",
    "fault_of",
    "holding_of",
    "is_given_by",
    "period_of",
]
