"""Kinds of benefits, one file each: the list of files is the list of what a merchant can promise."""

from siyu.lib.refusal import Refusal

from . import (
    birthday_gift,
    coupon,
    discount,
    early_access,
    event_ticket,
    extended_returns,
    free_service,
    free_shipping,
    points_multiplier,
    priority_support,
    trial_goods,
)
from .kind import ECONOMIC, FAMILIES, IDENTITY, SERVICE, Field, Kind

KINDS: dict[str, Kind] = {
    module.KIND.code: module.KIND
    for module in (
        discount,
        free_shipping,
        points_multiplier,
        coupon,
        priority_support,
        extended_returns,
        free_service,
        event_ticket,
        early_access,
        trial_goods,
        birthday_gift,
    )
}


def kind_of(code: str) -> Kind:
    """Refusal: `benefit.kind`."""
    if code not in KINDS:
        raise Refusal("benefit.kind", "a benefit is one of %(kinds)s", kinds=", ".join(KINDS))
    return KINDS[code]


__all__ = ["ECONOMIC", "FAMILIES", "IDENTITY", "KINDS", "SERVICE", "Field", "Kind", "kind_of"]
