"""Who acts, who looks, who may what and how far they see."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a staff member is; each role's permissions stand in `PERMISSIONS`."""

    OWNER = "owner"
    OPERATOR = "operator"
    ANALYST = "analyst"
    CUSTOMER_SERVICE = "customer_service"
    STORE_MANAGER = "store_manager"
    SHOP_ASSISTANT = "shop_assistant"
    FINANCE = "finance"


class Reach(StrEnum):
    """How far a staff member's view goes: the whole merchant, a region, a store, or own customers only."""

    ALL = "all"
    REGION = "region"
    STORE = "store"
    OWN = "own"


# What may be done, as `room.verb`. `members.view` shows personal values masked; `members.unmask` shows them.
# whoever talks to customers
_SERVE = {"members.view", "members.edit", "members.unmask", "orders.view", "loyalty.view", "membership.view", "mall.fulfil", "tasks.do"}
_OPERATE = _SERVE | {
    "members.export",
    "orders.export",
    "facts.view",
    "facts.repair",
    "imports.run",
    "channels.view",
    "channels.edit",
    "insights.view",
    "settings.view",
    "settings.edit",
    "loyalty.edit",
    "loyalty.adjust",
    "loyalty.export",
    "loyalty.move",
    "membership.view",
    "membership.edit",
    "mall.fulfil",
    "audiences.view",
    "audiences.edit",
    "touches.view",
    "touches.edit",
    "tasks.do",
    "tasks.export",
    "journeys.view",
    "journeys.edit",
}
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: frozenset(_OPERATE | {"staff.edit", "keys.edit", "audit.view", "loyalty.approve"}),
    Role.OPERATOR: frozenset(_OPERATE),
    Role.ANALYST: frozenset(
        {
            "members.view",
            "orders.view",
            "loyalty.view",
            "membership.view",
            "audiences.view",
            "touches.view",
            "journeys.view",
            "facts.view",
            "channels.view",
            "insights.view",
        }
    ),
    Role.CUSTOMER_SERVICE: frozenset(_SERVE | {"loyalty.adjust"}),
    Role.STORE_MANAGER: frozenset(_SERVE | {"insights.view"}),
    Role.SHOP_ASSISTANT: frozenset(_SERVE),
    Role.FINANCE: frozenset(
        {
            "orders.view",
            "orders.export",
            "loyalty.view",
            "loyalty.export",
            "loyalty.approve",
            "membership.view",
            "tasks.export",
            "channels.view",
            "insights.view",
        }
    ),
}
PERMISSIONS_KNOWN = PERMISSIONS[Role.OWNER]

# How far each role may reach; the first is what a new staff member gets.
REACHES: dict[Role, tuple[Reach, ...]] = {
    Role.OWNER: (Reach.ALL,),
    Role.OPERATOR: (Reach.ALL,),
    Role.ANALYST: (Reach.ALL, Reach.REGION, Reach.STORE),
    Role.CUSTOMER_SERVICE: (Reach.ALL, Reach.REGION, Reach.STORE),
    Role.STORE_MANAGER: (Reach.STORE, Reach.REGION),
    Role.SHOP_ASSISTANT: (Reach.OWN,),
    Role.FINANCE: (Reach.ALL, Reach.REGION, Reach.STORE),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change, as the audit names them."""

    kind: str  # staff · system · api_key · member
    id: int | None
    name: str


SYSTEM = Actor("system", None, "siyu")
ACTOR_KINDS = ("staff", "system", "api_key", "member")


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the pool a viewer may see; every query of a page takes one. `store_ids` is None for all stores, () for none.

    The idiom in SQL, with `m` the member's row and `**scope.parameters()` among the parameters:

        WHERE (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
          AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    """

    store_ids: tuple[int, ...] | None = None
    assistant_id: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.store_ids is None and self.assistant_id is None

    def parameters(self) -> dict[str, Any]:
        """`scope_stores` (a list, or None for all) and `scope_assistant` (an id, or None for anyone's) of the SQL idiom."""
        return {"scope_stores": None if self.store_ids is None else list(self.store_ids), "scope_assistant": self.assistant_id}


WHOLE = Scope()


def scope_of(reach: Reach, staff_id: int, store_id: int | None, region_store_ids: tuple[int, ...] = ()) -> Scope:
    """How far a staff member sees. Whoever lacks the store or region that the reach speaks of sees nobody."""
    match reach:
        case Reach.ALL:
            return WHOLE
        case Reach.REGION:
            return Scope(store_ids=region_store_ids)
        case Reach.STORE:
            return Scope(store_ids=() if store_id is None else (store_id,))
        case Reach.OWN:
            return Scope(assistant_id=staff_id)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A logged-in staff member: identity, permissions (`members.view` …) and scope."""

    id: int
    name: str
    role: Role
    permissions: frozenset[str] = field(default_factory=frozenset)
    scope: Scope = WHOLE
    username: str = ""
    language: str = "zh-hans"
    theme: str = "light"

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        return Actor("staff", self.id, self.name)
