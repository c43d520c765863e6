"""A member's sums: what only adds is added, what takes back (another buyer, an earlier payment) is summed afresh."""

from collections.abc import Iterable
from datetime import datetime

from psycopg import Cursor

from siyu.lib.sql import statements

from ..rules import OrderState
from .columns import columns

_sql = statements("siyu.orders", "statistics")
_COLUMNS = ("identity_id", "orders", "revenue_minor", "refunded_minor", "first_paid_at", "last_paid_at")
Addition = tuple[int, int, int, int, datetime | None, datetime | None]


class Sums:
    """What a batch does to its buyers' sums, collected by handle and written once."""

    def __init__(self) -> None:
        self.added: list[Addition] = []
        self.afresh: set[int] = set()

    def order(self, before: OrderState | None, now: OrderState) -> None:
        """An order as it was and as it is."""
        was_paid = before is not None and before.paid_at is not None
        if before is not None and (before.identity_id != now.identity_id or (was_paid and before.paid_at != now.paid_at)):
            self.restate((before.identity_id, now.identity_id))
        elif now.paid_at is not None and now.identity_id is not None:
            amount = now.amount_minor - (before.amount_minor if before is not None and was_paid else 0)
            if not was_paid or amount:
                self.added.append((now.identity_id, 0 if was_paid else 1, amount, 0, now.paid_at, now.paid_at))

    def refund(self, identity_id: int | None, amount_minor: int) -> None:
        """A refund that was not known."""
        if identity_id is not None:
            self.added.append((identity_id, 0, 0, amount_minor, None, None))

    def restate(self, identities: Iterable[int | None]) -> None:
        """Handles whose members must be summed afresh."""
        self.afresh.update(identity for identity in identities if identity is not None)

    @property
    def handles(self) -> set[int]:
        """Handles whose members' sums change."""
        return {row[0] for row in self.added} | self.afresh

    def write(self, cursor: Cursor) -> None:
        if self.added:
            cursor.execute(_sql.add, columns(_COLUMNS, self.added))
        if self.afresh:
            members = cursor.execute(_sql.members_of, {"identities": list(self.afresh)}).fetchall()
            restate(cursor, [row[0] for row in members])


def restate(cursor: Cursor, members: list[int]) -> None:
    """Take these members' sums afresh from the orders and refunds of their handles."""
    cursor.execute(_sql.forget, {"members": members})
    cursor.execute(_sql.restate, {"members": members})
