"""Points mall 积分商城: who may redeem a gift and what stands against it, and how a redemption goes on. Pure."""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

MAX_QUANTITY = 20  # of one redemption
PICK_UP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that reads like something else
PICK_UP_LENGTH = 10


class Kind(StrEnum):
    """What a gift is: goods, a code out of a pool, or rewards of the platform's own."""

    PHYSICAL = "physical"
    VOUCHER = "voucher"
    REWARD = "reward"


class Delivery(StrEnum):
    """How goods reach the member."""

    SHIP = "ship"
    PICK_UP = "pick_up"


class State(StrEnum):
    """Where a redemption stands. `waiting`, `ready` hold the points; the next three have taken them; the last two gave them back."""

    WAITING = "waiting"  # to be shipped
    READY = "ready"  # to be picked up
    SHIPPED = "shipped"
    RECEIVED = "received"
    HANDED = "handed"  # over the counter, or handed out at once
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN = frozenset({State.WAITING, State.READY})
TAKEN = frozenset({State.SHIPPED, State.RECEIVED, State.HANDED})
GIVEN_BACK = frozenset({State.CANCELLED, State.EXPIRED})
MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SHIPPED, State.CANCELLED, State.EXPIRED}),
    State.READY: frozenset({State.HANDED, State.CANCELLED, State.EXPIRED}),
    State.SHIPPED: frozenset({State.RECEIVED}),
}


class Obstacle(NamedTuple):
    """Why not: a stable code, words, and what is missing (points, pieces; 0 where nothing can be counted)."""

    code: str
    words: str
    missing: int = 0


class Wish(NamedTuple):
    """What a member asks for, against what stands: all that the answer depends on."""

    quantity: int
    now: datetime
    is_on_sale: bool
    from_at: datetime | None
    until_at: datetime | None
    tiers: tuple[str, ...]
    tags: tuple[str, ...]
    stock: int | None  # None: without end
    limit: int | None
    used: int  # of the limit, in its period
    price: int  # points for one
    balance: int
    tier: str
    member_tags: frozenset[str]


def obstacles(wish: Wish) -> list[Obstacle]:
    """Everything that stands against a redemption; empty when nothing does."""
    found = []
    if not wish.is_on_sale or (wish.until_at is not None and wish.now >= wish.until_at):
        found.append(Obstacle("gift.off_sale", "this gift is no longer offered"))
    elif wish.from_at is not None and wish.now < wish.from_at:
        found.append(Obstacle("gift.not_yet", "this gift is not offered yet"))
    if wish.tiers and wish.tier not in wish.tiers:
        found.append(Obstacle("gift.tier", "this gift is for other tiers"))
    if wish.tags and not wish.member_tags & set(wish.tags):
        found.append(Obstacle("gift.audience", "this gift is for other members"))
    if wish.stock is not None and wish.stock < wish.quantity:
        found.append(Obstacle("gift.sold_out", "not enough of this gift is left", wish.quantity - wish.stock))
    if wish.limit is not None and wish.used + wish.quantity > wish.limit:
        found.append(Obstacle("gift.limit", "you have redeemed as many of this gift as one may", wish.used + wish.quantity - wish.limit))
    if (missing := wish.price * wish.quantity - wish.balance) > 0:
        found.append(Obstacle("gift.points", "%(missing)s points are missing", missing))
    return found


def may_move(state: str, to: str) -> bool:
    """Whether a redemption may go from one state to another."""
    return State(to) in MOVES.get(State(state), frozenset())


_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")


class Address(NamedTuple):
    """Where a gift goes: personal, kept encrypted and shown masked."""

    name: str
    phone: str
    region: str
    street: str


def address_fault(address: Address) -> str:
    """Which part of an address cannot be used; empty when all can."""
    for part, limit in (("name", 60), ("region", 100), ("street", 300)):
        value = getattr(address, part).strip()
        if not 1 <= len(value) <= limit or not value.isprintable():
            return part
    return "" if _PHONE.fullmatch(address.phone.strip()) else "phone"


def normal_code(text: str) -> str:
    """A pick-up code as people type and scanners read it: capital letters and digits, without spaces and dashes."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in folded if char.isalnum())[:64]
