"""Whose something was before the merges of a batch: the tables already show what follows them."""

from psycopg import Cursor

from siyu.members.queries import lines

from .rows import Touched


def holders(cursor: Cursor, touched: Touched, owners: dict[int, int]) -> dict[int, int]:
    """Origin → the member who held what began with it before the batch's merges, from origin → who has it now."""
    holder = dict(owners)
    losers = {merged.loser_id for merged in touched.merges}
    if not losers:
        return holder
    holder.update({origin: origin for origin in holder if origin in losers})
    unclear = [origin for origin, member in holder.items() if member != origin and origin not in losers]
    for origin, line in lines(cursor, unclear).items():
        holder[origin] = next((member for member in line if member in losers), line[-1])
    return holder
