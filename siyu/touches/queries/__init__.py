"""Reads of touches: staff tasks and who does them, one-off sends and what became of them."""

from .sends import Bought, Line, Report, report, sends
from .tasks import FIRST, Counts, Rate, TaskView, task_counts, task_rates, tasks, walk_tasks

__all__ = [
    "FIRST",
    "Bought",
    "Counts",
    "Line",
    "Rate",
    "Report",
    "TaskView",
    "report",
    "sends",
    "task_counts",
    "task_rates",
    "tasks",
    "walk_tasks",
]
