"""Check-ins of a batch, walked in order: days, and what the ladder gives on them. What a service wrote already changes nothing."""

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.loyalty.rewards import give
from siyu.members.services import lock
from siyu.merchant.rules import SYSTEM

from ..attendance import Day, Gained, in_force, read, rewards_of, versions, write
from ..rules.check_in import Attendance, attend

CHECKED_IN = "member.checked_in"


def attend_batch(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Write the days of the batch's check-ins and give the ladder's rewards; the earn rules have seen to the plain points."""
    facts = [fact for fact in batch.named(CHECKED_IN) if fact.member_id is not None and fact.identity_id is not None]
    if not facts:
        return None
    owners = sorted({batch.owner(fact.member_id) for fact in facts if fact.member_id is not None})
    lock(cursor, owners)
    gained = _walk(cursor, batch, owners)
    write(cursor, [Day(fact.identity_id, fact.business_day, fact.occurred_at) for fact in facts if fact.identity_id is not None], gained)
    for one in gained:
        give(SYSTEM, rewards_of(one), one.at)
    return None


def _walk(cursor: Cursor, batch: Batch, owners: list[int]) -> list[Gained]:
    known, ladder = read(cursor, owners, batch), versions(cursor)
    gained: list[Gained] = []
    for step in batch.steps(batch.named(CHECKED_IN)):
        if not isinstance(step, Fact):
            if (lost := known.pop(step.loser_id, None)) is not None:
                known[step.survivor_id] = known.get(step.survivor_id, Attendance()).joined(lost)
        elif step.member_id is not None and step.identity_id is not None:
            version = in_force(ladder, step.business_day)
            programme = version.programme if version is not None and not step.is_historical else None
            known[step.member_id], reached = attend(known.get(step.member_id, Attendance()), step.business_day, programme)
            number = version.version if version is not None else 0
            gained += [Gained(step.member_id, batch.owner(step.member_id), one, number, step.clock) for one in reached]
    return gained
