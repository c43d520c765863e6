"""Value for shops and apps: balances and moves, carts."""

from ninja import Router

from . import carts, value

router = Router()
for part in (value, carts):
    router.add_router("", part.router)
