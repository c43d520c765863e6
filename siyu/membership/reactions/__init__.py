"""What a batch of facts changes in membership; one file per noun, each named in the wiring."""

from .benefits import use
from .check_in import attend_batch
from .honours import bring_badges, greet, honour, remember
from .plans import subscribe
from .tasks import progress

__all__ = ["attend_batch", "bring_badges", "greet", "honour", "progress", "remember", "subscribe", "use"]
