"""Honours in the loop: cards for a higher tier, badges, since when members are what they are."""

from ..anniversaries import remember
from ..badges import honour
from ..celebrating import greet
from ..moving_in import bring_badges

__all__ = ["bring_badges", "greet", "honour", "remember"]
