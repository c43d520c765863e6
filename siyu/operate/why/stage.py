"""Why a member stands in these stages: the inputs of the three clocks, their limits, and the next move."""

from siyu.members import queries as members
from siyu.members.rules import RUNGS, Clocks, Life, clocks_of, rhythm_days

from .moves import moves
from .telling import Answer, Teller


def why_stage(member_id: int, teller: Teller) -> Answer:
    """Pool stage, purchase activity and relationship ladder, then the moves so far."""
    life = members.life(member_id)
    if life is None:
        yield "head", "Stage: no clock runs; the member has neither joined the pool nor bought, nor added anybody"
        return
    day = teller.now.astimezone(teller.zone).date()
    clocks = clocks_of(teller.book, day)
    yield "head", f"Stage: pool {life.pool_stage or '-'}, activity {life.activity or '-'}, ladder {life.rung}"
    yield from _pool(life, clocks, teller)
    yield from _activity(life, clocks, teller)
    reached = [rung.value for place, rung in enumerate(RUNGS) if life.rungs >> place & 1]
    yield "line", f"ladder: {life.rung}; rungs reached and kept: {', '.join(reached) or 'none'}"
    yield "line", f"next move by time alone: {teller.instant(life.due_at)}" if life.due_at else "nothing moves by time alone any more"
    yield from moves(
        member_id, "stage.changed", teller, lambda said: f"{said.get('clock')}: {said.get('from') or '-'} → {said.get('to') or '-'}"
    )


def _pool(life: Life, clocks: Clocks, teller: Teller) -> Answer:
    if life.pool_joined_at is None:
        yield "line", "pool: has not joined"
        return
    days = (teller.now.astimezone(teller.zone).date() - life.pool_joined_at.astimezone(teller.zone).date()).days
    through = f" through {life.pool_channel}" if life.pool_channel else ""
    yield "line", f"pool: {life.pool_stage}; joined {teller.instant(life.pool_joined_at)}{through}, {days} days ago"
    limits = f"silent to day {clocks.silent_days}, growing to {clocks.growing_days}, active to {clocks.active_days}, then declining"
    yield "detail", limits


def _activity(life: Life, clocks: Clocks, teller: Teller) -> Answer:
    if life.last_bought_at is None:
        yield "line", "activity: has not bought"
        return
    rhythm = rhythm_days(life, clocks)
    bought = f"{life.purchases:,} purchases from {teller.day(life.first_bought_at)} to {teller.day(life.last_bought_at)}"
    yield "line", f"activity: {life.activity}; {bought}, a rhythm of {rhythm} days"
    yield "detail", f"drowsy {rhythm * clocks.drowsy_after} days after the last purchase, lost after {rhythm * clocks.lost_after}"
