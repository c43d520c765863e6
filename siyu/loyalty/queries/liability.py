"""What the merchant owes in value 未兑付: by the month in which it ends, what of it will never be asked for, and the journal of it all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from siyu.lib.sql import statements

from .asking import rows_of

_sql = statements("siyu.loyalty", "liability")
LOOKS_BACK = timedelta(days=365)
MAX_LINES = 100_000
_PAGE = 5_000


class Month(NamedTuple):
    """What ends with a business month (`first_day` None: never): pending, available, held; and how many lots that is."""

    first_day: date | None
    pending: int
    available: int
    held: int
    lots: int

    @property
    def total(self) -> int:
        return self.pending + self.available + self.held


@dataclass(frozen=True, slots=True)
class Liability:
    """Unredeemed value of one unit.

    `breakage` is the share of what was earned that ended unused, among the lots that ended in the year before; None when
    none did. `expected_breakage` of what has an end will, at that share, never be asked for: an estimate, for a balance sheet.
    """

    unit: str
    months: list[Month]
    debt: int
    breakage: float | None

    @property
    def total(self) -> int:
        return sum(month.total for month in self.months)

    @property
    def expected_breakage(self) -> int:
        return round((self.breakage or 0) * sum(month.total for month in self.months if month.first_day is not None))


class JournalLine(NamedTuple):
    """A double entry: `amount` of a unit leaves `debit` for `credit`, in `entries` single movements of one business day."""

    business_day: date
    unit: str
    kind: str
    debit: str
    credit: str
    amount: int
    entries: int


class JournalEntry(NamedTuple):
    """One movement of the ledger, with what stands behind it."""

    id: int
    posted_at: datetime
    business_day: date
    unit: str
    kind: str
    debit: str
    credit: str
    amount: int
    member: str
    rule: str
    rule_version: int | None
    shop: str
    order_number: str
    fact_id: int | None


def liability(unit: str, now: datetime, zone: ZoneInfo) -> Liability:
    """What is outstanding of a unit now."""
    months = [Month(*row) for row in rows_of(_sql.by_month, unit=unit, zone=zone.key)]
    earned, expired = rows_of(_sql.ended, unit=unit, since=now - LOOKS_BACK, until=now)[0]
    return Liability(unit, months, rows_of(_sql.owed, unit=unit)[0][0], expired / earned if earned else None)


def journal(first: date, last: date) -> list[JournalLine]:
    """The ledger's movements between two business days, summed for the books; at most 100,000 lines."""
    return [JournalLine(*row) for row in rows_of(_sql.journal, first=first, last=last, limit=MAX_LINES)]


def journal_entries(first: date, last: date, limit: int) -> Iterator[JournalEntry]:
    """The single movements between two business days, in the order of posting, read page by page."""
    after = 0
    while limit > 0:
        page = [JournalEntry(*row) for row in rows_of(_sql.entries, first=first, last=last, after=after, limit=min(_PAGE, limit))]
        yield from page
        if len(page) < _PAGE:
            return
        after, limit = page[-1].id, limit - len(page)
