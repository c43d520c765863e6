"""Rounds: walkers before the same step of the same version take it as one set, until all lines have gone as far as they can."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import DatabaseError, transaction
from psycopg import Cursor

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.services import lock

from ..rules import Answer, Fail, Walker
from ..rules.definition import CALLED
from ..rules.entering import Call, key_of
from ..rules.line import Fold, Line, News
from .ledger import Ledger
from .world import RealWorld

log = logging.getLogger(__name__)
_sql = statements("siyu.journeys", "walking")
LARGEST = 5_000  # walkers of one set
MAX_ROUNDS = 100_000  # a bound, not an expectation
# what no member is to blame for: the whole transaction fails, and is tried again or stops the pump
OURS = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.ProgrammingError, psycopg.InternalError, psycopg.NotSupportedError)


class Rounds:
    """Walks lines in rounds over sets."""

    def __init__(self, cursor: Cursor, fold: Fold, ledger: Ledger, world: RealWorld) -> None:
        self.cursor, self.fold, self.ledger, self.world = cursor, fold, ledger, world
        self.is_locked = False

    def walk(self, lines: Sequence[Line]) -> None:
        """Take every line as far as it goes."""
        active = list(lines)
        for _ in range(MAX_ROUNDS):
            before: dict[tuple[int, str], list[tuple[Line, Walker]]] = {}
            going = []
            for line in active:
                walkers = self.fold.advance(line)
                for walker in walkers:
                    before.setdefault((walker.version_id, walker.step), []).append((line, walker))
                if walkers:
                    going.append(line)
            if not going:
                return
            self._number([walker for pairs in before.values() for _, walker in pairs if not walker.id])
            for (version, step), pairs in before.items():
                for start in range(0, len(pairs), LARGEST):
                    self._take(version, step, pairs[start : start + LARGEST], lines)
            active = going
        raise RuntimeError("journeys walk without end")

    def _number(self, new: Sequence[Walker]) -> None:
        if new:
            self.cursor.execute(_sql.reserve, {"count": len(new)})
            for walker, (number,) in zip(new, self.cursor.fetchall(), strict=True):
                walker.id = number

    def _take(self, version: int, step: str, pairs: Sequence[tuple[Line, Walker]], lines: Sequence[Line]) -> None:
        plan = self.fold.plans[version]
        module, terms = plan.modules[step], plan.steps[step]
        walkers = [walker for _, walker in pairs]
        if module.ACTS:
            self._lock(lines)
            answers = self._safely(lambda some: module.walk(terms, some, self.world), walkers)
        else:
            answers = module.walk(terms, walkers, self.world)
        started = {id(walker): code for code, walker in self.world.started}
        self.world.started.clear()
        for (line, walker), answer in zip(pairs, answers, strict=True):
            if started and (code := started.get(id(walker))) is not None:
                self._call(line, walker, code)
            self.fold.answer(line, walker, answer)

    def _lock(self, lines: Sequence[Line]) -> None:
        """Lock the members first, in order, as every service does."""
        if not self.is_locked:
            members = {self.world.final(walker.owner_id) for line in lines for walker in line.walkers}
            lock(self.cursor, sorted(members))
            self.is_locked = True

    def _safely(self, walk: Callable[[Sequence[Walker]], Sequence[Answer]], walkers: Sequence[Walker]) -> list[Answer]:
        """The answers of a set; one that fails is halved until the member that fails stands alone."""
        started = len(self.world.started)
        try:
            with transaction.atomic():
                return list(walk(walkers))
        except OURS:
            raise
        except Exception as error:
            if isinstance(error, DatabaseError) and isinstance(error.__cause__, OURS):
                raise
            del self.world.started[started:]
            if len(walkers) == 1 or _is_of_all(error):
                return [_failure(error)] * len(walkers)
            half = len(walkers) // 2
            return self._safely(walk, walkers[:half]) + self._safely(walk, walkers[half:])

    def _call(self, line: Line, walker: Walker, code: str) -> None:
        """A step lets the member into another journey, at the walker's instant."""
        caller, plan = self.fold.plans[walker.version_id], self.world.program.by_code[code]
        fact = line.heard.get(id(walker))
        trigger = f"{caller.code}:{walker.key}:{walker.step}:{walker.hop}"
        told: dict[str, Any] = {**walker.properties, "journey": code}
        self.fold.log.news.append(News(CALLED, walker, walker.owner_id, walker.at, fact, told))
        key = key_of(plan.entry, trigger, walker.properties)
        if key is not None and CALLED in plan.starts:
            self.ledger.fetch([(plan, walker.owner_id, key)])
            line.calls.append(Call(plan, walker.owner_id, key, walker.at, walker.properties, fact))


# refusals that say something of the terms, not of the member
OF_ALL = ("template.unknown", "journey.unknown", "reward.kind", "reward.terms", "tag.name", "value.unit")


def _is_of_all(error: Exception) -> bool:
    return isinstance(error, Refusal) and error.code in OF_ALL


def _failure(error: Exception) -> Fail:
    if isinstance(error, Refusal):
        return Fail(error.code, error.because)
    log.warning("a step failed: %s", type(error).__name__)
    return Fail(f"poison.{type(error).__name__}", str(error).partition("\n")[0])
