"""Badges that members had in another system: given with the fact that tells of them, once, and without what the badge gives."""

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.sql import statements

from .badges import AWARDED, Known, badges

_sql = statements("siyu.membership", "honours")
BROUGHT_IN = "badge.brought_in"


def bring_badges(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """The first level of each badge told of, by code or name; the opening points hold already what it once gave.

    What no badge is called stays in the log: the reconciliation sheet names it.
    """
    facts = [fact for fact in batch.named(BROUGHT_IN) if fact.member_id is not None and not fact.is_historical]
    if not facts:
        return None
    known = badges(cursor)
    codes = {one.name: one for one in known} | {one.code: one for one in known}
    told: dict[tuple[int, int | None], tuple[Fact, Known]] = {}
    for fact in facts:  # the first of two facts wins, as it would in batches of one
        one = codes.get(fact.properties.get("badge") or "")
        if one is not None:
            told.setdefault((one.id, fact.member_id), (fact, one))
    columns = {
        "badges": [one.id for _, one in told.values()],
        "origins": [fact.member_id for fact, _ in told.values()],
        "owners": [batch.owner(fact.member_id) for fact, _ in told.values() if fact.member_id is not None],
        "ats": [fact.clock for fact, _ in told.values()],
        "because": [f"moving_in:{fact.message.hex}" for fact, _ in told.values()],
    }
    cursor.execute(_sql.bring_in, columns)
    new = {row[0] for row in cursor.fetchall()}
    return [
        Derived(
            name=AWARDED,
            reaction="membership.moving_in",
            member_id=fact.member_id or 0,
            properties={"badge": one.code, "level": 1},
            cause=fact,
            discriminator=one.code,
        )
        for fact, one in told.values()
        if f"moving_in:{fact.message.hex}" in new
    ]
