"""Reads of touches: staff tasks, who does them and who read them, one-off sends and what became of them."""

from .accounts import AccountView, account, accounts, faults, unusable
from .commission import Commission, CommissionLine, commission_lines, commissions
from .files import FileView, contents, file_of_letter, file_of_task, file_of_template, files, files_of_letter, files_of_tasks
from .gate import Known, known_of, policy_on
from .inbox import Letter, letter, letters, unread
from .outbox import SopView, TouchView, sop, sops, template, templates, touches
from .reads import READ_DAYS, ReadView, new_reads, reads
from .results import Attributed, Earned, Ranked, attributed, ranking
from .sends import Bought, Line, Report, report, sends
from .tasks import FIRST, Counts, Rate, TaskView, task_counts, task_rates, tasks, walk_tasks

__all__ = [
    "FIRST",
    "READ_DAYS",
    "AccountView",
    "Attributed",
    "Bought",
    "Commission",
    "CommissionLine",
    "Counts",
    "Earned",
    "FileView",
    "Known",
    "Letter",
    "Line",
    "Ranked",
    "Rate",
    "ReadView",
    "Report",
    "SopView",
    "TaskView",
    "TouchView",
    "account",
    "accounts",
    "attributed",
    "commission_lines",
    "commissions",
    "contents",
    "faults",
    "file_of_letter",
    "file_of_task",
    "file_of_template",
    "files",
    "files_of_letter",
    "files_of_tasks",
    "known_of",
    "letter",
    "letters",
    "new_reads",
    "policy_on",
    "ranking",
    "reads",
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
    "unread",
    "unusable",
    "walk_tasks",
]
