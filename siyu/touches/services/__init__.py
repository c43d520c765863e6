"""The writers of touches: templates, accounts, wishes and what becomes of them."""

from .accounts import Trial, archive_account, change_account, open_account, renew_report_address, token_hash, try_account
from .answers import followed, opened, stop, touch_told
from .collecting import collect_reports
from .deciding import decide_unknown
from .hearing import account_by_token, hear
from .inbox import post_inbox, read_message
from .once import forget_keys, once
from .proposing import Answer, Gate, Wish, propose
from .sending import forget_senders, send_due
from .sends import ArmTerms, Terms, cancel_send, draft_send, pause_send, resume_send, run_sends, schedule_send, unschedule_send
from .sops import FactFilter, Step, archive_sop, publish_sop, take_steps
from .tasks import (
    Closed,
    Finish,
    Skip,
    expire_tasks,
    finish_tasks,
    hand_over_tasks,
    look_at_reads,
    open_tasks,
    review_tasks,
    skip_tasks,
    withdraw,
)
from .templates import archive_template, publish_template
from .testing import stop_test, told_of_test, try_template

__all__ = [
    "Answer",
    "ArmTerms",
    "Closed",
    "FactFilter",
    "Finish",
    "Gate",
    "Skip",
    "Step",
    "Terms",
    "Trial",
    "Wish",
    "account_by_token",
    "archive_account",
    "archive_sop",
    "archive_template",
    "cancel_send",
    "change_account",
    "collect_reports",
    "decide_unknown",
    "draft_send",
    "expire_tasks",
    "finish_tasks",
    "followed",
    "forget_keys",
    "forget_senders",
    "hand_over_tasks",
    "hear",
    "look_at_reads",
    "once",
    "open_account",
    "open_tasks",
    "opened",
    "pause_send",
    "post_inbox",
    "propose",
    "publish_sop",
    "publish_template",
    "read_message",
    "renew_report_address",
    "resume_send",
    "review_tasks",
    "run_sends",
    "schedule_send",
    "send_due",
    "skip_tasks",
    "stop",
    "stop_test",
    "take_steps",
    "token_hash",
    "told_of_test",
    "touch_told",
    "try_account",
    "try_template",
    "unschedule_send",
    "withdraw",
]
