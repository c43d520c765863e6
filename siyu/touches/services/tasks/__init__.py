"""The writers of staff tasks: opened when their time comes, closed by whom they were for, by time, or by the gate; looked at when read."""

from .closing import Closed, Finish, Skip, expire_tasks, finish_tasks, review_tasks, skip_tasks, take_back, withdraw
from .looking import look_at_reads
from .opening import hand_over_tasks, open_tasks

__all__ = [
    "Closed",
    "Finish",
    "Skip",
    "expire_tasks",
    "finish_tasks",
    "hand_over_tasks",
    "look_at_reads",
    "open_tasks",
    "review_tasks",
    "skip_tasks",
    "take_back",
    "withdraw",
]
