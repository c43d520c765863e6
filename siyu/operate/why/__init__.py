"""`siyu why`: from a result back over the rule to the fact. One file per question; each yields lines of plain words."""

from .finding import who
from .journeys import why_journeys
from .merge import why_merge
from .points import why_points
from .stage import why_stage
from .telling import Teller
from .tier import why_tier
from .touches import why_touches

QUESTIONS = {
    "points": why_points,
    "tier": why_tier,
    "stage": why_stage,
    "merge": why_merge,
    "journeys": why_journeys,
    "touches": why_touches,
}

__all__ = ["QUESTIONS", "Teller", "who"]
