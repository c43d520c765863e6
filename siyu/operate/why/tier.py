"""Why a member holds this tier: growth against thresholds, what is missing, and when it moved."""

from siyu.loyalty import queries as loyalty

from .moves import moves
from .telling import Answer, Teller


def why_tier(member_id: int, teller: Teller) -> Answer:
    """The tier held, the ladder it stands on, and the changes with what caused them."""
    day = teller.now.astimezone(teller.zone).date()
    ladder = loyalty.ladder(day)
    held = loyalty.standings([member_id]).get(member_id)
    if held is None:
        base = loyalty.base_tier(day)
        yield "head", f"Tier: {base.name} ({base.code}), where everybody begins; no growth was earned yet" if base else "Tier: none"
    else:
        yield (
            "head",
            f"Tier: {held.name or 'none'} ({held.code or '-'}) since {teller.instant(held.since)}, by version {held.version} of the tiers",
        )
        yield "line", f"growth {held.growth:,}; points are multiplied by {held.multiplier.normalize():f}"
        yield (
            "line",
            f"{held.missing:,} more growth reach {held.next_name} ({held.next_code})" if held.next_code else "there is no higher tier",
        )
    growth = held.growth if held else 0
    for step in ladder:
        mark = "reached" if growth >= step.threshold else "not reached"
        yield "detail", f"{step.name} ({step.code}): from {step.threshold:,} growth, × {step.multiplier.normalize():f}, {mark}"
    yield from moves(
        member_id,
        "tier.changed",
        teller,
        lambda said: f"{said.get('from') or 'none'} → {said.get('to') or 'none'} at growth {said.get('growth', 0):,}",
    )
