"""Reads of touches: staff tasks and who does them, one-off sends and what became of them."""

from .outbox import SopView, TouchView, sop, sops, template, templates, touches
from .sends import Bought, Line, Report, report, sends
from .tasks import FIRST, Counts, Rate, TaskView, task_counts, task_rates, tasks, walk_tasks

__all__ = [
    "FIRST",
    "Bought",
    "Counts",
    "Line",
    "Rate",
    "Report",
    "SopView",
    "TaskView",
    "TouchView",
    "report",
    "sends",
    "sop",
    "sops",
    "task_counts",
    "task_rates",
    "tasks",
    "template",
    "templates",
    "touches",
    "walk_tasks",
]
