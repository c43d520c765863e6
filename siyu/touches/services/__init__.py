"""The writers of touches: templates, accounts, wishes and what becomes of them."""

from .accounts import archive_account, open_account
from .answers import followed, stop, touch_told
from .inbox import post_inbox, read_message
from .proposing import Answer, Wish, propose
from .sending import forget_senders, send_due
from .sops import Step, archive_sop, publish_sop, take_steps
from .tasks import Closed, Finish, Skip, expire_tasks, finish_tasks, hand_over_tasks, open_tasks, review_tasks, skip_tasks, withdraw
from .templates import archive_template, publish_template

__all__ = [
    "Answer",
    "Closed",
    "Finish",
    "Skip",
    "Step",
    "Wish",
    "archive_account",
    "archive_sop",
    "archive_template",
    "expire_tasks",
    "finish_tasks",
    "followed",
    "forget_senders",
    "hand_over_tasks",
    "open_account",
    "open_tasks",
    "post_inbox",
    "propose",
    "publish_sop",
    "publish_template",
    "read_message",
    "review_tasks",
    "send_due",
    "skip_tasks",
    "stop",
    "take_steps",
    "touch_told",
    "withdraw",
]
