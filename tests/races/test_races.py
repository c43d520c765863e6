"""Every race, run: one winner, invariants, no deadlock that a caller sees, nothing half done after a kill.

A seeded sample runs with the other tests (SIYU_RACES_SEED chooses another); `make races` (SIYU_RACES=all) stops and kills at every step.
"""

import os
import random
from collections.abc import Iterator

import pytest

from siyu.lib.sql import statements
from siyu.loyalty.tests.scene import START, rows

from . import of_api, of_membership, of_value
from .harness import MOST_STEPS, Race, Ready, Won, attempt, killed, run, steps
from .pool import RACES, Pool

ALL = os.environ.get("SIYU_RACES") == "all"
SEED = int(os.environ.get("SIYU_RACES_SEED", "20261122"))
INVARIANTS = {
    f"{room}.{name}": statement
    for room in ("loyalty", "membership")
    for name, statement in vars(statements(f"siyu.{room}", "verify")).items()
}
TABLES = (of_value, of_membership, of_api)
pytestmark = [pytest.mark.xdist_group("races")]
every_race = pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)


@pytest.fixture(scope="module")
def pool(shared_clone: str) -> Iterator[Pool]:
    with pytest.MonkeyPatch.context() as patch:
        for module in of_api.modules():
            patch.setattr(module, "utc_now", lambda: START)
        yield Pool()


def broken() -> list[str]:
    """Invariants of the ledger and of membership that do not hold."""
    return [name for name, statement in INVARIANTS.items() if rows(statement)]


def judge(race: Race, ready: Ready, got: list[Won], where: str) -> None:
    codes, won = [one.code for one in got if one.code], [one for one in got if not one.code]
    assert set(codes) <= race.losers, where
    assert len(won) == (race.winners or len(got)), where
    assert all(one == won[0] for one in won), where
    assert ready.is_right(), where
    assert broken() == [], where


@pytest.fixture(scope="module")
def counted() -> dict[str, int]:
    """Race → how many steps a call takes."""
    return {}


def prepared(race: Race, pool: Pool, racers: int = 1) -> Ready:
    pool.racers = racers
    return race.prepare(pool)


def chosen(race: Race, pool: Pool, counted: dict[str, int], why: str) -> list[int]:
    """Steps of a call before which to stop: every one, or one by lot."""
    if race.name not in counted:
        counted[race.name] = len(steps(prepared(race, pool).act))
    count = counted[race.name]
    assert 3 < count < MOST_STEPS
    return list(range(1, count + 1)) if ALL else [1 + lot(race, why).randrange(count)]


def lot(race: Race, why: str) -> random.Random:
    return random.Random(f"{SEED} {race.name} {why}")


@every_race
def test_one_is_stopped_before_a_statement_and_the_others_go_as_far_as_they_can(
    race: Race, pool: Pool, counted: dict[str, int], shared_clone: str
) -> None:
    for place in chosen(race, pool, counted, "stop"):
        for racers in (2, 5) if ALL else (lot(race, "racers").choice((2, 3, 5)),):
            ready = prepared(race, pool, racers)
            got = run(ready.act, racers, shared_clone, stop_at=place)
            judge(race, ready, got, f"{race.name}: {racers} racers, stopped before step {place}")


@every_race
def test_many_go_at_once(race: Race, pool: Pool, shared_clone: str) -> None:
    for racers in (2, 8, 16, 32, 64) if ALL else (lot(race, "many").choice((4, 8, 16)),):
        ready = prepared(race, pool, racers)
        judge(race, ready, run(ready.act, racers, shared_clone), f"{race.name}: {racers} racers at once")


@every_race
def test_a_kill_leaves_nothing_half_done_and_asking_again_completes(race: Race, pool: Pool, counted: dict[str, int]) -> None:
    for place in chosen(race, pool, counted, "kill"):
        ready, where = prepared(race, pool), f"{race.name}: killed before step {place}"
        assert killed(ready.act, place) or place > counted[race.name] // 2, where  # the first call of all takes a few steps more
        assert broken() == [], where
        again = attempt(ready.act, 0)
        assert not again.code or again.code in race.again, where
        assert ready.is_right(), where
        assert broken() == [], where
