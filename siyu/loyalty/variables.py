"""What templates may say of a member's points and tier."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from siyu.lib.clock import business_day
from siyu.lib.words import gettext_noop
from siyu.merchant.queries import settings_book, today

from .queries import balances, base_tier, expiring, projections_of, standings

SOON = timedelta(days=45)
NAMES = {
    "points.available": gettext_noop("points that can be spent now"),
    "points.pending": gettext_noop("points on their way"),
    "points.expiring": gettext_noop("points that expire next, within 45 days"),
    "points.expires_on": gettext_noop("the last day on which these can be spent (a date)"),
    "points.expires_in": gettext_noop("days until then; 0 on the last day"),
    "tier.name": gettext_noop("name of the tier"),
    "tier.next": gettext_noop("name of the next tier"),
    "tier.missing": gettext_noop("growth value still missing to the next tier"),
    "tier.until": gettext_noop("last day on which the tier can still be kept, where it ends (a date)"),
    "tier.keep_missing": gettext_noop("growth value still missing to keep the tier"),
}
_ENDING = frozenset({"points.expiring", "points.expires_on", "points.expires_in"})
_COMING = frozenset({"tier.next", "tier.missing", "tier.until", "tier.keep_missing"})


def values(member_ids: Sequence[int], wanted: set[str], now: datetime) -> dict[int, dict[str, Any]]:
    """Member → variable → value; who has no tier, or no higher one, or nothing that expires soon, lacks those words."""
    found: dict[int, dict[str, Any]] = {member: {} for member in member_ids}
    if wanted & {"points.available", "points.pending"}:
        held = balances(list(member_ids), now)
        for member in member_ids:
            points = held.get(member, {}).get("points")
            found[member] |= {"points.available": points.available if points else 0, "points.pending": points.pending if points else 0}
    if wanted & _ENDING:
        _add_ending(found, now)
    if "tier.name" in wanted:
        tiers, base = standings(list(member_ids)), base_tier(today(now))
        for member in member_ids:
            if (tier := tiers.get(member) or base) is not None:
                found[member] |= {"tier.name": tier.name}
    if wanted & _COMING:
        for member, tracks in projections_of(list(member_ids), now).items():
            for one in tracks[:1]:
                found[member] |= {"tier.until": one.last_day, "tier.keep_missing": one.keep_missing}
                if one.next_tier:
                    found[member] |= {"tier.next": one.next_name, "tier.missing": one.next_missing}
    return found


def _add_ending(found: dict[int, dict[str, Any]], now: datetime) -> None:
    zone = settings_book().zone(now.date())
    for member, (ends_at, amount) in expiring(list(found), "points", now, now + SOON).items():
        last = business_day(ends_at - timedelta(microseconds=1), zone)  # what ends at midnight is good until the day before
        found[member] |= {"points.expiring": amount, "points.expires_on": last, "points.expires_in": (last - business_day(now, zone)).days}
