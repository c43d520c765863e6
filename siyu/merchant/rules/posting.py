"""Where a staff member stands: role, reach, and the region or store that the reach speaks of."""

from typing import NamedTuple

from .access import PERMISSIONS, REACHES, Reach, Role
from .words import Fault


class Posting(NamedTuple):
    """A role with a reach that fits it; `region_id` and `store_id` are kept only where they mean something."""

    role: Role
    reach: Reach
    region_id: int | None = None
    store_id: int | None = None


def posting_of(role: str, reach: str | None = None, region_id: int | None = None, store_id: int | None = None) -> Posting | Fault:
    """The posting these words describe (the role's usual reach unless given), or why there is none."""
    if role not in set(Role):
        return Fault("staff.role", "a role is one of %(known)s", {"known": ", ".join(Role)})
    known = Role(role)
    if (reach or REACHES[known][0]) not in REACHES[known]:
        return Fault("staff.reach", "this role reaches %(known)s", {"known": ", ".join(REACHES[known])})
    reached = Reach(reach or REACHES[known][0])
    if reached is Reach.REGION and region_id is None:
        return Fault("staff.region", "this reach needs a region")
    if reached is Reach.STORE and store_id is None:
        return Fault("staff.store", "this reach needs a store")
    return Posting(
        known, reached, region_id if reached is Reach.REGION else None, store_id if reached in (Reach.STORE, Reach.OWN) else None
    )


def may_make(own: Role, other: Role) -> bool:
    """Whether someone in role `own` may put a person in role `other`, or touch one who is: never for more than they have themselves."""
    return "staff.edit" in PERMISSIONS[own] and PERMISSIONS[other] <= PERMISSIONS[own]
