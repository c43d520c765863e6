"""What templates may say of a member's paid plan and benefits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from siyu.lib.sql import array, statements
from siyu.lib.words import gettext_noop

from . import holdings
from .rules.plans import RUNNING

_sql = statements("siyu.membership", "queries_plans")
NAMES = {
    "plan.name": gettext_noop("name of the paid plan that runs now"),
    "plan.ends_on": gettext_noop("the last day that is paid for (a date)"),
    "plan.days_left": gettext_noop("days left of it, today included"),
    "benefit.names": gettext_noop("names of the benefits that the member has now"),
    "benefit.count": gettext_noop("how many benefits these are"),
}


def values(member_ids: Sequence[int], wanted: set[str], now: datetime) -> dict[int, dict[str, Any]]:
    """Member → variable → value; who is in no plan, or has no benefit, lacks those words."""
    found: dict[int, dict[str, Any]] = {member: {} for member in member_ids}
    if any(name.startswith("plan.") for name in wanted):
        today = holdings.this_day(now)
        with connection.cursor() as cursor:
            cursor.execute(_sql.running, {"members": array(sorted(found)), "states": sorted(RUNNING), "today": today})
            for member, name, until in cursor.fetchall():
                found[member] |= {"plan.name": name, "plan.ends_on": until - timedelta(days=1), "plan.days_left": (until - today).days}
    if any(name.startswith("benefit.") for name in wanted):
        for member, held in holdings.held(sorted(found), now).items():
            names = [one.holding.benefit.name for one in held.values()]
            found[member] |= {"benefit.count": len(names)} | ({"benefit.names": "、".join(names)} if names else {})
    return found
