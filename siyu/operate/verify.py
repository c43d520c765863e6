"""Every invariant the code relies on, checked on the rows as they are: `sql/verify.sql` of each room in `wiring.INVARIANTS`."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from siyu.lib.sql import statements
from siyu.lib.wired import table

TIMEOUT_SECONDS = 120  # of one statement
# Whole tables are compared, and no offender is expected: a plan that hopes for an early one, or that takes a table for small (because
# nobody analysed it yet) and reads it once per row of another, takes the square of their size to find none.
_PLAN = """SELECT set_config('statement_timeout', %s, true), set_config('cursor_tuple_fraction', '1', true),
                  set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)"""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A statement that must return no row: `name` is room.statement, `says` its line of prose."""

    name: str
    says: str
    sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What checking one invariant gave: an empty `offender` means that it holds."""

    name: str
    says: str
    offender: str
    seconds: float

    @property
    def holds(self) -> bool:
        return not self.offender


def invariants() -> list[Invariant]:
    """Every invariant of every room, in the order of the wiring. A room without a `verify.sql` is an error of the wiring."""
    found = []
    for package in table("INVARIANTS"):
        room = package.rpartition(".")[2]
        for name, sql in vars(statements(package, "verify")).items():
            says = next((line.removeprefix("--").strip() for line in sql.splitlines() if line.startswith("--")), "")
            found.append(Invariant(f"{room}.{name}", says, sql))
    return found


def verify(timeout_seconds: float = TIMEOUT_SECONDS) -> Iterator[Finding]:
    """Check each invariant in turn, in a transaction that reads only; one that takes too long counts as not holding."""
    for invariant in invariants():
        began = time.perf_counter()
        offender = _first_offender(invariant.sql, timeout_seconds)
        yield Finding(invariant.name, invariant.says, offender, time.perf_counter() - began)


def _first_offender(sql: str, timeout_seconds: float) -> str:
    limits = [str(int(timeout_seconds * 1000))]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PLAN, limits)
            if not connection.savepoint_ids:  # a test holds us in a transaction of its own
                cursor.execute("SET TRANSACTION READ ONLY")
            with connection.chunked_cursor() as offenders:
                offenders.execute(sql)
                return offender(offenders.fetchone())
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return f"not checked: it took longer than {timeout_seconds:g} seconds"
        raise


def offender(row: tuple | None) -> str:
    """The first row that an invariant's statement returned, in words: `member 12: sums are …`; empty when it holds."""
    return ": ".join(str(column) for column in row if column is not None) if row else ""
