"""Who had what before a batch: the tables already show what the batch's merges made, a fold begins before them."""

from collections.abc import Iterable

from psycopg import Cursor

from siyu.facts.rules import Batch
from siyu.members.queries import lines

Came = tuple[int, int]  # the member something came to, the member who has it now


def before(cursor: Cursor, batch: Batch, things: Iterable[Came]) -> dict[Came, int]:
    """(came to, has now) → the member who had it before the batch's merges."""
    wanted = set(things)
    losers = {merged.loser_id for merged in batch.merges}
    holder = {came: came[1] for came in wanted}
    if not losers:
        return holder
    merged = [came for came in wanted if came[0] != came[1]]
    became = lines(cursor, {origin for origin, _ in merged})
    for origin, owner in merged:
        holder[origin, owner] = next((member for member in became.get(origin, [origin]) if member in losers), owner)
    return holder
