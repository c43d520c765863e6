"""A badge as a reward: `{"kind": "badge", "badge": "founder", "level": 1}`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from siyu.lib.refusal import Refusal
from siyu.loyalty.rewards import Reward
from siyu.members.services import lock
from siyu.merchant.rules import Actor

from ..badges import Change, badges, held, write_awards
from ..models import Badge
from ..words import CODE


def check(terms: dict[str, Any]) -> dict[str, Any]:
    """Refusal: `reward.terms`."""
    code, level = terms.get("badge"), terms.get("level", 1)
    if not isinstance(code, str) or not CODE.fullmatch(code) or set(terms) - {"kind", "badge", "level"}:
        raise Refusal("reward.terms", "name the badge by its code")
    row = Badge.objects.filter(code=code, archived_at=None).first()
    if row is None or isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= len(row.definition["levels"]):
        raise Refusal("reward.terms", "there is no badge %(code)s with this level", code=code)
    return {"kind": "badge", "badge": code, "level": level}


def grant(by: Actor, rewards: Sequence[Reward], now: datetime) -> None:
    """Award levels that members do not have; a badge archived meanwhile is passed over."""
    with connection.cursor() as cursor:
        lock(cursor.cursor, [reward.member_id for reward in rewards])
        known = {one.code: one for one in badges(cursor.cursor)}
        for reward in rewards:
            badge, level = known.get(reward.terms["badge"]), reward.terms["level"]
            if badge is None or level in held(cursor.cursor, [reward.member_id], badge.id).get(reward.member_id, ()):
                continue
            write_awards(cursor.cursor, [Change(badge, level, reward.member_id, now, None)], by.name, reward.because.words)


def tells(terms: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "badge.awarded", {"badge": terms["badge"], "level": terms.get("level", 1)}


def words(terms: dict[str, Any]) -> str:
    name = Badge.objects.filter(code=terms["badge"]).values_list("name", flat=True).first() or terms["badge"]
    return gettext("badge %(name)s") % {"name": name}
