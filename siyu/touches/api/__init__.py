"""Touching people, for programs: templates, one-off sends, staff tasks, standing orders, a member's outbox and inbox."""

from ninja import Router

from . import members, sends, sops, tasks

router = Router()
for part in (sends, tasks, sops, members):
    router.add_router("", part.router)
