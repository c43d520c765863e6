"""Races of programs that come in over HTTP: each request through the whole stack, with its own key."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from django.test import Client

from siyu.lib.refusal import Refusal
from siyu.loyalty.tests.scene import rows
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import create_key

from .pool import Pool, Ready, balance, race


def modules() -> list[ModuleType]:
    """Where requests read the clock: races are run in the past."""
    import_module("siyu.api")
    rooms = ("siyu.loyalty.api", "siyu.membership.api")
    return [module for name, module in sys.modules.items() if name.startswith(rooms) and hasattr(module, "utc_now")]


class Shop:
    """A program that moves value."""

    def __init__(self, pool: Pool) -> None:
        key = create_key(SYSTEM, "api", pool.key(), scopes=["loyalty.view", "loyalty.move"])
        self.bearer = f"Bearer {key}"

    def post(self, path: str, key: str, **body: Any) -> dict[str, Any]:
        """What is answered, but for its being a repetition; what is refused is raised."""
        answer = Client().post(
            f"/api/v1{path}",
            body,
            "application/json",
            headers={"authorization": self.bearer, "idempotency-key": key},
        )
        said = answer.json()
        if answer.status_code != 200:
            assert answer.status_code in (404, 409), said
            raise Refusal(said["code"], said["message"])
        return {name: value for name, value in said.items() if name != "is_repeated"}


@race(winners=1, losers="value.insufficient")
def holds_over_http(pool: Pool) -> Ready:
    shop, member, key = Shop(pool), pool.member(100), pool.key()
    path = f"/loyalty/members/{public(member)}/holds"
    return Ready(lambda number: shop.post(path, f"{key}/{number}", amount=100) and None, lambda: balance(member, "held") == 100)


@race(winners=None)
def one_spending_over_http(pool: Pool) -> Ready:
    shop, member, key = Shop(pool), pool.member(1_000), pool.key()
    path = f"/loyalty/members/{public(member)}/spends"
    return Ready(lambda _: shop.post(path, key, amount=100), lambda: balance(member) == 900)


@race(winners=1, losers="hold.closed")
def captures_over_http(pool: Pool) -> Ready:
    shop, member, key = Shop(pool), pool.member(100), pool.key()
    hold = shop.post(f"/loyalty/members/{public(member)}/holds", key, amount=100)["key"]
    return Ready(
        lambda number: shop.post(f"/loyalty/holds/{hold}/capture", f"{key}/{number}") and None,
        lambda: balance(member, "spent") == 100,
    )


def public(member: int) -> str:
    return rows("SELECT public_id FROM members_member WHERE id = %s", [member])[0][0]
