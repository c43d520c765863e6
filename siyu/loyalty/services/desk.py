"""Where moves of value are made: the members concerned, locked, with what they have, and what was done so far."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection
from psycopg import Cursor

from siyu.lib.refusal import Refusal
from siyu.members.services import Carrier, carrier

from ..programme import programme_at, programme_of
from ..reading import laid
from ..rows import Known
from ..rules import AVAILABLE, Book, Programme
from ..rules.turn import Turn
from ..rules.units import Unit
from ..state import CarrierRow, Past
from .asked import Asked
from .looking import Seen
from .telling import Followed
from .value_items import Because


class Desk:
    """The locked state behind calls that go together: members, what they have, what was done so far; `now` is the call's at hand."""

    def __init__(self, programme: Programme, now: datetime) -> None:
        self.programme, self.now = programme, now
        self.book, self.known = Book(programme), Known()
        self.past: dict[str, Past] = {}
        self.finals: dict[int, int] = {}
        self.lots: dict[str, list[tuple[UUID, int]]] = {}  # operation → its lots, each with its owner
        self.taken: dict[str, list[tuple[UUID, int, int]]] = {}  # spending → lot, taken, returned
        self.numbers: list[int] = []  # of the operations to be
        self.carriers: list[CarrierRow] = []
        self.balances: dict[tuple[int, str], int] = {}
        self.closed = 0  # turns that were kept
        self.news: list[Followed] = []

    @classmethod
    def at(cls, now: datetime) -> "Desk":
        """A desk with the programme as it stands now."""
        connection.ensure_connection()
        return cls(programme_at(Cursor(connection.connection), now), now)

    @classmethod
    def seeing(cls, cursor: Cursor, seen: Seen, past: dict[str, Past], now: datetime) -> "Desk":
        """A desk with what was looked at under the locks, and the operations that moves refer to."""
        desk = cls(programme_of(cursor, seen.state.stamp, now), now)
        desk.past, desk.finals, desk.lots, desk.taken = past, seen.finals, seen.found.lots, seen.found.taken
        desk.numbers, desk.carriers = seen.state.operations, seen.state.carriers
        desk.book, desk.known = laid(cursor, desk.programme, sorted(set(seen.finals.values())), seen.state)
        desk.known.operations.update({key: before.id for key, before in past.items()})
        desk.known.numbers = seen.state.new_lots
        return desk

    def limits(self, units: Iterable[str]) -> dict[str, int | None]:
        """Above which amount a correction of each unit waits for a second person. Refusal: `value.unit`."""
        return {code: self.unit(code).terms.approve_above for code in units}

    def explained(self, one: Asked) -> Asked:
        """What is asked, for the reason of the operation it belongs to unless it has one of its own."""
        if any(one.because) or one.of not in self.past:
            return one
        return msgspec.structs.replace(one, because=Because(*self.past[one.of].because))

    def named(self) -> dict[int, Carrier]:
        """By which handle each member is told of."""
        return {member: carrier(number, kind, bytes.fromhex(value)) for member, number, kind, value in self.carriers}

    def member(self, member_id: int) -> int:
        """Whom a member has become. Refusal: `value.member`."""
        if member_id not in self.finals:
            raise Refusal("value.member", "there is no member %(member)s", member=member_id)
        return self.finals[member_id]

    def turn(self, member_id: int, key: str) -> Turn:
        """Begin a move of a member: what is due comes first. Refusal: `value.member`, unless it was locked."""
        if member_id not in self.finals:
            raise Refusal("value.member", "there is no member %(member)s", member=member_id)
        turn = Turn(self.programme, self.book.member(member_id))
        turn.act(key, self.now)
        return turn

    def close(self, turn: Turn) -> None:
        """Keep what a move did."""
        if turn.has_grown:
            turn.judge()
        self.closed += 1
        outcome = turn.outcome()
        self.book.take(outcome)
        for posting in outcome.postings:
            moved = posting.amount * ((posting.credit == AVAILABLE) - (posting.debit == AVAILABLE))
            key = (outcome.member.id, posting.account.unit)
            self.balances[key] = self.balances.get(key, 0) + moved

    def balance(self, member_id: int, unit: str) -> int:
        key = (member_id, unit)
        return self.known.balances.get(key, 0) + self.balances.get(key, 0)

    def unit(self, code: str, *, spends: bool = False) -> Unit:
        """The unit in force. Refusal: `value.unit`."""
        unit = self.programme.units.at(code, self.now.astimezone(self.programme.zone).date())
        if unit is None or (spends and unit.kind == "growth"):
            words = "there is no unit %(unit)s" if unit is None else "%(unit)s is not spent"
            raise Refusal("value.unit", words, unit=code)
        return unit
