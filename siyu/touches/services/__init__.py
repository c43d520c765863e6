"""The writers of touches: templates, accounts, wishes and what becomes of them."""

from .accounts import archive_account, open_account
from .answers import followed, stop, touch_told
from .inbox import post_inbox, read_message
from .proposing import Answer, Wish, propose
from .sending import forget_senders, send_due
from .templates import archive_template, publish_template

__all__ = [
    "Answer",
    "Wish",
    "archive_account",
    "archive_template",
    "followed",
    "forget_senders",
    "open_account",
    "post_inbox",
    "propose",
    "publish_template",
    "read_message",
    "send_due",
    "stop",
    "touch_told",
]
