"""What members have, asked for in one statement and answered as JSON: a single move of value then waits once for all it must know."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.lib.sql import array, statements, texts

from .rows import AccountRow, HoldRow, LotRow
from .rules import Standing

_sql = statements("siyu.loyalty", "read")
StandingRow = tuple[int, str, Standing]  # member, track
CarrierRow = tuple[int, int, str, str]  # member, handle, its kind, its encrypted value in hexadecimal


class Past(NamedTuple):
    """An operation that was done."""

    id: int
    key: str
    body: UUID
    kind: str
    member_id: int
    unit: str
    amount: int
    result: str
    until: datetime | None
    because: tuple[str, str, str]


class State(NamedTuple):
    """Rows as they are stored.

    All lots of the units asked for, of any unit what is due, what is held, and the very lots asked for (a lot may stand there
    twice); what the holds hold that run out or were asked for; the operations done under the keys asked for; the oldest handle
    of each member that can be told; numbers kept for new operations and lots. `stamp` changes whenever the programme does.
    """

    accounts: list[AccountRow]
    lots: list[LotRow]
    standings: list[StandingRow]
    holds: list[HoldRow]
    past: list[Past] = []
    carriers: list[CarrierRow] = []
    operations: list[int] = []
    new_lots: list[int] = []
    stamp: str = ""


class New(NamedTuple):
    """What is to be done: under which keys, of which members it will be told, how many operations and lots are to be numbered."""

    keys: Sequence[str] = ()
    told_of: Iterable[int] = ()
    operations: int = 0
    lots: int = 0


NOTHING_NEW = New()
# made on import: msgspec prepares a type when it is first used, and two threads that do so at once bring the process down
_DECODERS = tuple(
    msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
    for kind in (AccountRow, LotRow, StandingRow, HoldRow, Past, CarrierRow)
)


def ask_state(
    cursor: Cursor,
    owners: Iterable[int],
    units: Iterable[str],
    until: datetime,
    lots: Iterable[int] = (),
    holds: Iterable[str] = (),
    new: New = NOTHING_NEW,
) -> Callable[[], State]:
    """Ask for what members have of these units, what is due of others, these very lots, and these holds; call it for the answer."""
    asked = {"owners": array(owners), "units": texts(units), "lots": array(lots), "holds": texts(holds), "keys": texts(new.keys)}
    numbers = {"operations": new.operations, "new_lots": new.lots}
    cursor.execute(_sql.state, {**asked, **numbers, "told_of": array(new.told_of), "until": until})
    return lambda: _answer(cursor)


def _answer(cursor: Cursor) -> State:
    row = cursor.fetchone()
    assert row is not None
    told: list[Any] = [decoder.decode(text) for decoder, text in zip(_DECODERS, row, strict=False)]
    return State(*told, *row[len(told) :])
