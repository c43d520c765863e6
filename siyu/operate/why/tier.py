"""Why a member holds this tier: growth against thresholds, what is missing, and when it moved."""

from typing import Any

from siyu.loyalty import queries as loyalty
from siyu.loyalty.queries.units import unit_names
from siyu.loyalty.rules import TRACK

from .moves import moves
from .telling import Answer, Teller


def why_tier(member_id: int, teller: Teller) -> Answer:
    """The tier held, the ladder it stands on, and the changes with what caused them."""
    day = teller.now.astimezone(teller.zone).date()
    ladder = loyalty.ladder(day)
    held = loyalty.standings([member_id]).get(member_id)
    if held is None:
        base = loyalty.base_tier(day)
        yield "head", f"Tier: {base.shown} ({base.code}), where everybody begins; no growth was earned yet" if base else "Tier: none"
    else:
        yield (
            "head",
            f"Tier: {held.shown or 'none'} ({held.code or '-'}) since {teller.instant(held.since)}, by version {held.version} of the tiers",
        )
        yield "line", f"growth {held.growth:,}; points are multiplied by {held.multiplier.normalize():f}"
    growth = held.growth if held else 0
    for step in ladder:
        mark = "reached" if growth >= step.threshold else "not reached"
        yield "detail", f"{step.shown} ({step.code}): from {step.threshold:,} growth, × {step.multiplier.normalize():f}, {mark}"
    yield from moves(
        member_id,
        "tier.changed",
        teller,
        _told,
    )
    yield from _tracks(member_id, teller)


def _told(said: dict[str, Any]) -> str:
    why = f" ({said['why']})" if said.get("why") else ""
    track = f" on {said['track']}" if said.get("track") not in (None, TRACK) else ""
    return f"{said.get('from') or 'none'} → {said.get('to') or 'none'}{track} at growth {said.get('growth', 0):,}{why}"


def _tracks(member_id: int, teller: Teller) -> Answer:
    """Every track with what counts, what keeps the tier and what comes, and the tiers that staff granted."""
    units = unit_names()
    for one in loyalty.projections(member_id, teller.now):
        counts = f"{one.value:,} of {units.get(one.unit, one.unit)} count"
        yield "head", f"Track {one.track}: {one.tier_shown or 'none'} by version {one.version}; {counts}"
        for words in one.words:
            yield "line", words
        if one.is_in_grace:
            yield "line", "in days of grace"
        if one.judged_at is not None:
            yield "line", f"time alone judges next at {teller.instant(one.judged_at)}"
    for floor in loyalty.floors_of(member_id):
        ended = f"; taken away by {floor.removed_by}: {floor.removed_because}" if floor.removed_at else ""
        yield (
            "detail",
            f"{floor.tier} on {floor.track} granted by {floor.given_by} until {teller.instant(floor.until)}: {floor.because}{ended}",
        )
