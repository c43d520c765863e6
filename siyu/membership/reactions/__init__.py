"""What a batch of facts changes in membership; one file per noun, each named in the wiring."""

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived


def subscribe(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Nothing is sold as a plan yet."""
    return None
