"""Honours in the loop: cards for a higher tier, badges, since when members are what they are."""

from ..badges import honour
from ..celebrating import greet
from ..parts.anniversaries import remember

__all__ = ["greet", "honour", "remember"]
