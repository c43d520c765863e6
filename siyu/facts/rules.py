"""What a fact is, before the pump (`Incoming`) and inside it (`Fact`, `Batch`): the types every room's reactions speak."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

MAX_DEPTH = 8  # a fact may cause a fact, so many times over


class FactError(ValueError):
    """A message that cannot become a fact: `code` is stable, `because` tells the sender what to change."""

    def __init__(self, code: str, because: str) -> None:
        super().__init__(f"{code}: {because}")
        self.code = code
        self.because = because


class Handle(NamedTuple):
    """An identity as the outside names it: kind (`user_id`, `anonymous_id`, `phone`, `email`, `unionid` …) and value."""

    kind: str
    value: str


class Incoming(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A fact on its way in. The first handle carries it; with a `proof`, all its handles are said to be one person.

    `message` is the sender's id (repetitions are dropped over 7 days); `key` a natural key such as
    `order.paid:shop:1001`, unique for ever. `is_replay` makes its clock its occurrence; `is_historical` earns nothing.
    """

    name: str
    occurred_at: datetime
    message: str
    handles: list[Handle] = []
    properties: dict[str, Any] = {}
    key: str = ""
    proof: str = ""
    is_replay: bool = False
    is_historical: bool = False


class Fact(msgspec.Struct, gc=False):
    """A fact in a batch: resolved, its personal values replaced by tokens.

    `member_id` is the member the handle belonged to when the fact came (a later merge of the same batch may have ended
    that member: `Batch.owner` gives the final one). `seq` orders facts, merges and due work inside the batch.
    """

    seq: int
    id: int
    name: str
    occurred_at: datetime
    received_at: datetime
    clock: datetime
    business_day: date
    source_id: int
    identity_id: int | None
    member_id: int | None
    properties: dict[str, Any]
    mark: bytes  # of its message: the sender's id, hashed
    is_historical: bool = False
    cause_id: int | None = None
    depth: int = 0

    @property
    def message(self) -> UUID:
        """The mark as PostgreSQL keeps it."""
        return UUID(bytes=self.mark)


class Merged(msgspec.Struct, kw_only=True):
    """Two members became one (or, `is_undone`, two again), just before the fact with the same `seq`."""

    seq: int
    clock: datetime
    survivor_id: int
    loser_id: int
    merge_id: int
    is_undone: bool = False


class Alone(msgspec.Struct):
    """The due work of one room by itself, after it failed together with others': of so many at most, and to whom it came."""

    room: str
    most: int
    members: set[int] = set()


class Batch(msgspec.Struct, kw_only=True):
    """A batch as reactions see it: what commutes sums over `facts` by `owner`, what depends on its path walks `steps`."""

    facts: list[Fact]  # in order; a derived fact stands right behind its cause
    merges: list[Merged] = []
    settled: list[Merged] = []  # what a replay of old claims made of members: every room has it already, only the news is missing
    until: datetime  # the clock of the last fact: due work up to here belongs to this batch
    zone: Any  # zoneinfo.ZoneInfo of the merchant
    settings: Any  # merchant.queries.SettingsBook: settings.value(name, day)
    currency: str
    finals: dict[int, int] = {}  # merged member → survivor
    newcomers: set[int] = set()  # members whom it brought, but those a merge touches: no table knows them yet
    new_handles: set[int] = set()
    derived: list[Fact] = []  # what reactions added
    asked: dict[str, Any] = {}  # room → what it asked early, for a reaction of its own to take
    touched: dict[str, set[int]] = {}  # topic → members whose rows a room changed though no fact of theirs tells; topic "" is everything
    touched_handles: dict[str, set[int]] = {}  # the same, where a room knows the handle only
    numbers: range = range(0)  # of facts to come
    own_source: int = 0  # of derived facts, once there are any
    indexed: list[Fact] = []  # the facts when they were first asked for by name
    places: dict[str, list[int]] = {}  # of a name, in `indexed`
    late: set[str] = set()  # names of the facts that were derived since
    alone: Alone | None = None  # while it is looked for whose due work fails
    moved: int = 0  # members whom time alone moves

    def owner(self, member_id: int) -> int:
        """The member a (possibly merged) member has become."""
        while member_id in self.finals:
            member_id = self.finals[member_id]
        return member_id

    def portion(self, room: str, usual: int) -> int:
        """How many a room may at most move here by time alone: as many as usual, unless it is looked for who fails."""
        if self.alone is None:
            return usual
        return min(usual, self.alone.most) if self.alone.room == room else 0

    def move(self, room: str, members: Collection[int]) -> None:
        """A room says whom time alone is about to move: if that fails, these are the ones among whom it is looked for who fails."""
        self.moved += len(members)
        if self.alone is not None and self.alone.room == room:
            self.alone.members.update(members)

    def start(self, facts: list[Fact]) -> None:
        """Hold these facts and no others."""
        self.facts, self.indexed, self.places, self.late = facts, [], {}, set()

    def put(self, facts: list[Fact], derived: Iterable[Fact]) -> None:
        """Hold the same facts in the same order, with derived ones among them."""
        self.facts = facts
        self.late.update(fact.name for fact in derived)

    def named(self, *names: str) -> list[Fact]:
        """Facts of these names, in order."""
        if not self.late.isdisjoint(names):
            wanted = frozenset(names)
            return [fact for fact in self.facts if fact.name in wanted]
        if not self.indexed:
            self.indexed = self.facts
            for place, fact in enumerate(self.facts):
                self.places.setdefault(fact.name, []).append(place)
        found = [self.places[name] for name in dict.fromkeys(names) if name in self.places]
        return [self.indexed[place] for place in (found[0] if len(found) == 1 else sorted(chain.from_iterable(found)))]

    def steps(self, facts: list[Fact] | None = None) -> Iterator[Fact | Merged]:
        """Facts (all, or some of them in order) and merges in order: what a fold that depends on its path walks through."""
        merges = iter(self.merges)
        merge = next(merges, None)
        for fact in self.facts if facts is None else facts:
            while merge is not None and merge.seq <= fact.seq:
                yield merge
                merge = next(merges, None)
            yield fact
        while merge is not None:
            yield merge
            merge = next(merges, None)


class Derived(msgspec.Struct, kw_only=True):
    """A fact a reaction adds. `cause` is the fact behind it; None for due work, which gives its own instant.

    Higher rooms of the same batch see it in its place; lower rooms never do (news goes up).
    Its id is made from (`reaction`, cause or instant, member), so a repetition cannot double it.
    """

    name: str
    reaction: str
    member_id: int
    properties: dict[str, Any]
    cause: Fact | None = None
    at: datetime | None = None
    discriminator: str = ""
