"""A message as the pump takes it: opened, checked, its handles hashed, its personal values replaced, its row of the log written
but for the numbers that only the database gives. All of that is a function of the message and the settings, so that it can be
done ahead of the pump, in another process.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from siyu.lib.clock import EPOCH, business_day
from siyu.lib.wire import microseconds
from siyu.lib.wired import imported, table

from .intake import Envelope, Item, as_refusal, digest, open_envelope
from .log import content
from .personal import Vault, conceal
from .rules import Fact, Handle, Incoming

EPOCH_DAY = EPOCH.date()
QUARTER = 900_000_000  # microseconds


class NamedHandle(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A handle that names somebody: its kind, its one form, its keyed hash."""

    kind: str
    value: str
    hash: bytes


class Message(Fact, array_like=True):
    """Either a fact to be, or the reason (`code`, `because`) why not. Its place, numbers, clock and member are the pump's to fill in:
    then it is the fact."""

    at: datetime = EPOCH  # what its clock may not stay behind: its receipt, in a replay its occurrence
    envelope: int = 0
    handled: int = 0  # how many messages of the envelope are handled when this one is
    is_last: bool = False  # of its envelope
    code: str = ""
    because: str = ""
    key: bytes = b""  # of its natural key, if it has one
    handles: list[NamedHandle] = []
    proof: str = ""
    personal: list[tuple[str, str, bytes]] = []  # token, kind, encrypted value
    content: bytes = b""  # of its row in the log


class Reader:
    """Reads envelopes by the settings of one moment."""

    def __init__(self, book: Any) -> None:
        self.book = book  # merchant.queries.SettingsBook
        self.vault = Vault()
        self.days: dict[int, date] = {}
        self.zones: dict[date, ZoneInfo] = {}
        self.naming: dict[date, Callable[[list[Handle]], list[NamedHandle]]] = {}

    def read(self, envelope: Envelope) -> list[Message]:
        """The messages of an envelope that are not handled yet. Raises `Unreadable`."""
        received = microseconds(envelope.received_at)
        return [self._message(item, received) for item in open_envelope(envelope)]

    def _message(self, item: Item, received: int) -> Message:
        incoming = item.incoming
        at = incoming.occurred_at if incoming is not None and incoming.is_replay else item.received_at
        code, because = item.code, item.because
        if incoming is not None and not code:
            try:
                return self._fact_to_be(item, incoming, at, received)
            except Exception as error:
                self.vault.take()  # a refused message has said nothing
                refused = as_refusal(error)
                code, because = refused.code, refused.because
        return Message(
            seq=0,
            id=0,
            name="",
            occurred_at=EPOCH,
            received_at=item.received_at,
            clock=EPOCH,
            business_day=EPOCH_DAY,
            source_id=item.source_id,
            identity_id=None,
            member_id=None,
            properties={},
            mark=b"",
            at=at,
            envelope=item.envelope,
            handled=item.handled,
            is_last=item.is_last,
            code=code,
            because=because,
        )

    def _fact_to_be(self, item: Item, incoming: Incoming, at: datetime, received: int) -> Message:
        name, mark, occurred = incoming.name, digest(incoming.message), microseconds(incoming.occurred_at)
        handles = self._named(incoming.handles, at.date()) if incoming.handles else []
        vault = self.vault
        properties = conceal(name, incoming.properties, handles[0].hash if handles else b"", vault, self._zone(at.date()))
        day = self._business_day(incoming.occurred_at, occurred)
        return Message(  # in the order of its fields, which takes half the time of naming them
            0,  # seq
            0,  # id
            name,
            incoming.occurred_at,
            item.received_at,
            EPOCH,  # clock
            day,
            item.source_id,
            None,  # identity_id
            None,  # member_id
            properties,
            mark,
            incoming.is_historical,
            None,  # cause_id
            0,  # depth
            at,
            item.envelope,
            item.handled,
            item.is_last,
            key=digest(incoming.key) if incoming.key else b"",
            handles=handles,
            proof=incoming.proof,
            personal=vault.take() if vault.rows else [],
            content=content(name, occurred, received, day, item.source_id, mark, properties),
        )

    def _business_day(self, instant: datetime, at: int) -> date:
        """The merchant's day of an instant, remembered by quarters of an hour: no zone's midnight lies between them."""
        quarter = at // QUARTER
        if (day := self.days.get(quarter)) is None:
            day = self.days[quarter] = business_day(instant, self.book.zone(instant.date()))
        return day

    def _zone(self, day: date) -> ZoneInfo:
        if (zone := self.zones.get(day)) is None:
            zone = self.zones[day] = self.book.zone(day)
        return zone

    def _named(self, handles: list[Handle], day: date) -> list[NamedHandle]:
        """The handles that name somebody, by the policy of a day; the first carries the fact."""
        if (naming := self.naming.get(day)) is None:
            naming = self.naming[day] = imported(table("HANDLES"))(self.book, day)
        return naming(handles)
