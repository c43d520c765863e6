"""Callers who meet: one does it for all who wait, nobody waits to gather, nobody gets another's error."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep

import pytest

from siyu.lib import together
from siyu.lib.together import LEADERS, Together

SOON_S = 10.0  # by then what can happen has happened


class Shop:
    """Doubles numbers: `busy` keeps whoever does it alone waiting; what is done is written down."""

    def __init__(self, do: Callable[[Sequence[int]], Sequence[int | None]] | None = None) -> None:
        self.groups: list[list[int]] = []
        self.alone: list[int] = []
        self.busy = Event()
        self.does = do or (lambda numbers: [2 * number for number in numbers])
        self.meeting = Together(self._for_all, self._for_one)
        self.hands = ThreadPoolExecutor(100)

    def _for_all(self, numbers: Sequence[int]) -> Sequence[int | None]:
        self.groups.append(list(numbers))
        return self.does(numbers)

    def _for_one(self, number: int) -> int:
        self.alone.append(number)
        if number < 0:
            assert self.busy.wait(SOON_S)
        if number == 13:
            raise ValueError("thirteen")
        return 2 * number

    def keep_busy(self, callers: int = LEADERS) -> list[Future[int]]:
        """Callers who are at it until `busy` is set."""
        leading = [self.ask(-1 - number) for number in range(callers)]
        until(lambda: len(self.alone) == callers)
        return leading

    def ask(self, number: int, kind: str = "double") -> Future[int]:
        """One more caller; those who must wait come in this order."""
        before = len(self.meeting._waiting)
        asked = self.hands.submit(self.meeting.ask, kind, number)
        until(lambda: asked.done() or number in self.alone or len(self.meeting._waiting) > before)
        return asked


def until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + SOON_S
    while not is_so():
        assert monotonic() < deadline
        sleep(0.001)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE_S", SOON_S)


def test_who_comes_alone_does_it_alone() -> None:
    shop = Shop()

    assert [shop.ask(number).result(SOON_S) for number in (1, 2, 3)] == [2, 4, 6]

    assert (shop.alone, shop.groups) == ([1, 2, 3], [])


def test_who_comes_while_others_are_at_it_is_served_with_all_who_wait_in_their_order() -> None:
    shop = Shop()
    leading = shop.keep_busy()
    waiting = [shop.ask(number) for number in (5, 3, 4)]

    shop.busy.set()

    assert [one.result(SOON_S) for one in waiting] == [10, 6, 8]
    assert [one.result(SOON_S) for one in leading] == [-2, -4]
    assert shop.groups == [[5, 3, 4]]


def test_only_the_same_is_done_together() -> None:
    shop = Shop()
    shop.keep_busy()
    waiting = [shop.ask(number, "double" if number % 2 else "twice") for number in (1, 2, 3, 4)]

    shop.busy.set()

    assert [one.result(SOON_S) for one in waiting] == [2, 4, 6, 8]
    assert sorted(shop.groups) == [[1, 3], [2, 4]]


def test_a_group_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 3)
    shop = Shop()
    shop.keep_busy()
    waiting = [shop.ask(number) for number in range(1, 8)]

    shop.busy.set()

    assert [one.result(SOON_S) for one in waiting] == [2, 4, 6, 8, 10, 12, 14]
    assert sorted(shop.groups) == [[1, 2, 3], [4, 5, 6]]
    assert 7 in shop.alone


def test_for_whom_it_cannot_be_done_with_others_it_is_done_alone_with_an_error_of_its_own() -> None:
    shop = Shop(lambda numbers: [None if number == 13 else 2 * number for number in numbers])
    shop.keep_busy()
    waiting = [shop.ask(number) for number in (13, 5, 6)]

    shop.busy.set()

    assert [one.result(SOON_S) for one in waiting[1:]] == [10, 12]
    with pytest.raises(ValueError, match="thirteen"):
        waiting[0].result(SOON_S)
    assert [number for number in shop.alone if number > 0] == [13]


def test_what_fails_together_is_done_by_each_alone() -> None:
    def fail(numbers: Sequence[int]) -> Sequence[int]:
        raise RuntimeError("nobody but these sees it")

    shop = Shop(fail)
    shop.keep_busy()
    waiting = [shop.ask(number) for number in (4, 13, 6)]

    shop.busy.set()

    assert [waiting[0].result(SOON_S), waiting[2].result(SOON_S)] == [8, 12]
    with pytest.raises(ValueError, match="thirteen"):
        waiting[1].result(SOON_S)
    assert shop.groups == [[4, 13, 6]]
    assert shop.ask(1).result(SOON_S) == 2  # and the next find the place free


def test_whose_patience_ends_leads_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    leading = shop.keep_busy()  # they are held up, and stay so
    waiting = [shop.ask(number) for number in (1, 2, 3)]
    monkeypatch.setattr(together, "PATIENCE_S", 0.01)

    impatient = shop.ask(4)

    assert impatient.result(SOON_S) == 8
    assert [one.result(SOON_S) for one in waiting] == [2, 4, 6]
    assert shop.groups == [[4, 1, 2, 3]]
    assert not any(one.done() for one in leading)
    shop.busy.set()
    assert [one.result(SOON_S) for one in leading] == [-2, -4]


def test_who_hears_nothing_of_its_leader_does_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "TRUST_S", 0.01)
    monkeypatch.setattr(together, "PATIENCE_S", 0.05)
    never = Event()

    def sleep_in(numbers: Sequence[int]) -> Sequence[int]:
        never.wait(SOON_S)
        return [2 * number for number in numbers]

    shop = Shop(sleep_in)
    shop.keep_busy()
    waiting = [shop.hands.submit(shop.meeting.ask, "double", number) for number in (1, 2)]

    until(lambda: any(one.done() for one in waiting))
    never.set()
    shop.busy.set()

    assert sorted(one.result(SOON_S) for one in waiting) == [2, 4]
    assert len([number for number in shop.alone if number > 0]) == 1
