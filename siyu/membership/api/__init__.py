"""What members get and do, for shops and apps: benefits, check-in, tasks, the mall, paid plans."""

from ninja import Router

from . import benefits, deeds, mall, plans

router = Router()
for part in (benefits, deeds, mall, plans):
    router.add_router("", part.router)
