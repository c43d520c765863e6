"""Who acts and who looks: pure words of the ground floor that every room above uses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import available_timezones


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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change, as the audit names them."""

    kind: str  # staff · system · api_key · member
    id: int | None
    name: str


SYSTEM = Actor("system", None, "siyu")


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the pool a viewer may see; every query of a page takes one. `store_ids` is None for all stores."""

    store_ids: tuple[int, ...] | None = None
    assistant_id: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.store_ids is None and self.assistant_id is None


WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class Viewer:
    """A logged-in staff member: identity, permissions (`members.view` …) and scope."""

    id: int
    name: str
    role: Role
    permissions: frozenset[str] = field(default_factory=frozenset)
    scope: Scope = WHOLE

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        return Actor("staff", self.id, self.name)


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing the business decides: typed, dated, audited. `check` returns a reason when a value is refused."""

    name: str  # "members.pool_stage_days"
    kind: type  # str, int, bool, list, dict
    default: Any
    title: str  # English msgid; pages translate it
    help: str = ""
    check: Callable[[Any], str | None] | None = None


def _known_zone(value: str) -> str | None:
    return None if value in available_timezones() else "not an IANA time zone such as Asia/Shanghai"


def _currency_code(value: str) -> str | None:
    return None if len(value) == 3 and value.isascii() and value.isupper() else "not an ISO 4217 code such as CNY"


SETTINGS = (
    Setting("merchant.name", str, "", "Name of the merchant"),
    Setting("merchant.currency", str, "CNY", "Currency", "Facts in another currency are quarantined.", _currency_code),
    Setting("merchant.zone", str, "Asia/Shanghai", "Business time zone", "Business days begin at its midnight.", _known_zone),
)
