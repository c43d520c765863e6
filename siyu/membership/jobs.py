"""Long work of membership's pages, handed to the worker."""

from contextlib import suppress

from django.db import close_old_connections, transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from siyu.lib.clock import utc_now
from siyu.merchant.rules import SYSTEM

from .services.honours import judge_badge

JOB = "siyu.membership.jobs.judge"


def begin_judging(code: str) -> None:
    """Let the worker measure every member by a badge; one that waits already is not queued again."""
    job = app.configure_task(JOB, queue="jobs", queueing_lock=f"badge:{code}", allow_unknown=True)
    with suppress(exceptions.AlreadyEnqueued), transaction.atomic():
        job.defer(key=code)


def judge(key: str) -> None:
    """The worker's part: `key` is the badge's code."""
    close_old_connections()
    judge_badge(SYSTEM, key, now=utc_now())
