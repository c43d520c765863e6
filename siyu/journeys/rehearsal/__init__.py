"""Rehearsal: a draft walked over what happened lately, with the clock as argument; it writes nothing and sends nothing.

The same triggers, steps, entry rules and gate as of a journey that lives; only the `World` remembers instead of doing. Members are
who they are today, merged or not. What cannot be known of the past is answered as of today, and said in `notes`.
"""

from .rehearse import MAX_DAYS, rehearse
from .result import Moment, Rehearsal, Sample

__all__ = ["MAX_DAYS", "Moment", "Rehearsal", "Sample", "rehearse"]
