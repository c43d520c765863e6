"""Who stands in a standing order: a fold over what begins it, what ends it, and mergers, each in its turn."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain


@dataclass(slots=True)
class Beginning:
    """With whom an order began (`origin`), and whose it is now; of a new one the business day. `is_left`: what waits of it comes no more;
    `is_taken_back`: what was asked for of it neither."""

    origin: int
    member: int
    day: date | None = None
    place: int = 0
    is_left: bool = False
    is_taken_back: bool = False


class Standings:
    """The beginnings of one order. Of several that have become one member's, only the steps of the first come: the others are doubled."""

    def __init__(self, begun: Iterable[Beginning]) -> None:
        self.of: dict[int, list[Beginning]] = {}
        self.count = 0
        for one in begun:
            self._add(one)

    def __iter__(self) -> Iterator[Beginning]:
        return iter(sorted(chain.from_iterable(self.of.values()), key=_place))

    def begin(self, member: int, day: date) -> None:
        """Once each."""
        if member not in self.of:
            self._add(Beginning(member, member, day))

    def leave(self, member: int) -> None:
        """What waits of the member's does not come; what is doubled waits for nothing."""
        for one in self.of.get(member, ()):
            one.is_taken_back = True
            one.is_left = one.is_left or not self.is_doubled(one)

    def merge(self, survivor: int, loser: int) -> None:
        """What the one has begun is the other's."""
        if moved := self.of.pop(loser, None):
            for one in moved:
                one.member = survivor
            self.of[survivor] = sorted([*self.of.get(survivor, ()), *moved], key=_place)

    def is_doubled(self, one: Beginning) -> bool:
        return self.of[one.member][0] is not one

    def _add(self, one: Beginning) -> None:
        one.place = self.count = self.count + 1
        self.of.setdefault(one.member, []).append(one)


def _place(one: Beginning) -> int:
    return one.place
