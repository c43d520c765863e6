"""Reads of touches: staff tasks and who does them."""

from .tasks import FIRST, Counts, Rate, TaskView, task_counts, task_rates, tasks, walk_tasks

__all__ = ["FIRST", "Counts", "Rate", "TaskView", "task_counts", "task_rates", "tasks", "walk_tasks"]
