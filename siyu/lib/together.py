"""Callers of one process who want the same thing at one moment have it done together: what costs much each time is then paid once for all.

Whoever comes alone does it alone and at once: nobody waits for others to gather. While some are at it, whoever comes waits; when one of
them is done, the first who waits leads: does it for all who wait for the same. One whose patience ends leads as well, so that leaders who
are held up hold up those they lead and nobody else. What could not be done together is done by each alone: nobody gets another's error.
"""

from collections.abc import Callable, Hashable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar

LEADERS = 2  # at a time, while nobody's patience ends
MOST = 50  # callers in a group
PATIENCE_S = 0.1  # of one who waits to be taken into a group
TRUST_S = 30.0  # of one who was taken

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Together(Generic[Item, Answer]):
    """Where callers meet.

    `do` does something for several and gives an answer for each in their order, or None for whom it could not be done with the others;
    `alone` does it for one. Whoever was taken into a group and hears nothing of it for `TRUST_S` does it alone, though it may have been
    done or yet be: doing the same twice must do no harm.
    """

    def __init__(self, do: Callable[[Sequence[Item]], Sequence[Answer | None]], alone: Callable[[Item], Answer]) -> None:
        self._do, self._alone = do, alone
        self._change = Lock()
        self._waiting: list[_Caller[Item, Answer]] = []
        self._leaders = 0

    def ask(self, kind: Hashable, item: Item) -> Answer:
        """What is answered to this one, with whom else of the same kind it may be done. Raises what `alone` raises for it."""
        own: _Caller[Item, Answer] = _Caller(kind, item)
        self._enter(own)
        if own.group:
            self._lead(own)
        return self._alone(item) if own.answer is None else own.answer

    def _enter(self, own: "_Caller[Item, Answer]") -> None:
        """Return with a group to lead, or with what its leader left."""
        with self._change:
            self._waiting.append(own)
            if self._leaders < LEADERS:
                self._begin(own)
        if own.called.wait(PATIENCE_S):
            return
        with self._change:
            if own in self._waiting:
                self._begin(own)
        own.called.wait(TRUST_S)

    def _begin(self, leader: "_Caller[Item, Answer]") -> None:
        others = [one for one in self._waiting if one.kind == leader.kind and one is not leader]
        leader.group = [leader, *others[: MOST - 1]]
        self._waiting = [one for one in self._waiting if one not in leader.group]
        self._leaders += 1
        leader.called.set()

    def _lead(self, own: "_Caller[Item, Answer]") -> None:
        """Do it for a group; who has no answer then does it alone, which is nobody else's business any more."""
        try:
            if len(own.group) == 1:
                own.answer = self._alone(own.item)
            else:
                self._share(own.group)
        finally:
            with self._change:
                self._leaders -= 1
                if self._waiting:
                    self._begin(self._waiting[0])
            for one in own.group[1:]:
                one.called.set()

    def _share(self, group: "Sequence[_Caller[Item, Answer]]") -> None:
        try:
            answers = self._do([one.item for one in group])
        except Exception:  # each will meet its own
            return
        for one, answer in zip(group, answers, strict=True):
            one.answer = answer


class _Caller(Generic[Item, Answer]):
    """One who waits: called with a group to lead (it comes first itself), or when its leader has done what it could."""

    __slots__ = ("answer", "called", "group", "item", "kind")

    def __init__(self, kind: Hashable, item: Item) -> None:
        self.kind, self.item = kind, item
        self.called = Event()
        self.group: list[_Caller[Item, Answer]] = []
        self.answer: Answer | None = None
