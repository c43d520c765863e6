"""Touching people, for programs: templates, one-off sends, staff tasks, a member's outbox and inbox."""

from ninja import Router

from . import members, sends, tasks

router = Router()
for part in (sends, tasks, members):
    router.add_router("", part.router)
