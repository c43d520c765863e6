"""Pure rules of journeys: what a definition is and may be, who may enter, what steps are given and answer."""

from .checking import Known, check, fact_faults, read
from .definition import (
    OWN,
    AudienceExit,
    Definition,
    Entry,
    FactExit,
    Goal,
    Outline,
    StepTerms,
    kind_of,
)
from .faults import Flaw, Problem
from .walking import Answer, Fail, Go, Stay, Touched, Walker, World

__all__ = [
    "OWN",
    "Answer",
    "AudienceExit",
    "Definition",
    "Entry",
    "FactExit",
    "Fail",
    "Flaw",
    "Go",
    "Goal",
    "Known",
    "Outline",
    "Problem",
    "Stay",
    "StepTerms",
    "Touched",
    "Walker",
    "World",
    "check",
    "fact_faults",
    "kind_of",
    "read",
]
