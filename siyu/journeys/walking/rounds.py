"""Rounds: walkers before the same step of the same version take it as one set, until all lines have gone as far as they can."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import DatabaseError, transaction
from psycopg import Cursor

from siyu.lib.refusal import Refusal
from siyu.lib.sql import is_passing, statements
from siyu.members.services import lock
from siyu.merchant.services import raise_alarm

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
SPARE = 50  # numbers drawn for rounds to come: many let a single member in; what is not used is never used
Place = tuple[int, str]  # version, step
# what no member is to blame for, as for what passes: the whole transaction fails, and is tried again or stops the pump
OURS = (psycopg.InterfaceError, psycopg.ProgrammingError, psycopg.InternalError, psycopg.NotSupportedError)


class Rounds:
    """Walks lines in rounds over sets."""

    def __init__(self, cursor: Cursor, fold: Fold, ledger: Ledger, world: RealWorld) -> None:
        self.cursor, self.fold, self.ledger, self.world = cursor, fold, ledger, world
        self.is_locked = False
        self.numbered = 0  # of those who entered
        self.numbers: list[int] = []  # for those who will
        self.before: dict[Place, list[tuple[Line, Walker]]] = {}  # who stands before which step
        self.behind: dict[int, list[Walker]] = {}  # line (by identity) → its walkers that wait for the one before a step

    def walk(self, lines: Sequence[Line]) -> None:
        """Take every line as far as it goes. Steps that ask a service wait until no line can go on without one, so that it is asked for
        many at once; of one person, steps are taken in the order in which the fold named them."""
        going: Sequence[Line] = lines
        for _ in range(MAX_ROUNDS):
            for line in going:
                if walkers := self.fold.advance(line):
                    self._stand(line, walkers)
            quick = [place for place in self.before if not self._module(place).ACTS]
            if not quick:  # what is done is keyed by numbers
                self._number()
            if not self.before:
                return
            going = []
            for place in quick or [max(self.before, key=lambda place: len(self.before[place]))]:
                pairs = self.before.pop(place)
                for start in range(0, len(pairs), LARGEST):
                    self._take(place, pairs[start : start + LARGEST], lines)
                going += self._freed(pairs)
        raise RuntimeError("journeys walk without end")

    def _module(self, place: Place) -> Any:
        return self.fold.plans[place[0]].modules[place[1]]

    def _stand(self, line: Line, walkers: list[Walker]) -> None:
        """The first of a person's walkers stand before their step; the others come when it was taken."""
        place = (walkers[0].version_id, walkers[0].step)
        if len(walkers) > 1:
            self.behind[id(line)] = [walker for walker in walkers if (walker.version_id, walker.step) != place]
            walkers = [walker for walker in walkers if (walker.version_id, walker.step) == place]
        self.before.setdefault(place, []).extend((line, walker) for walker in walkers)

    def _freed(self, pairs: Sequence[tuple[Line, Walker]]) -> list[Line]:
        """The lines of whom nobody stands before a step any more."""
        free = []
        for line in {id(line): line for line, _ in pairs}.values():
            if behind := self.behind.pop(id(line), None):
                self._stand(line, behind)
            else:
                free.append(line)
        return free

    def _number(self) -> None:
        entered = self.fold.log.entered
        if new := entered[self.numbered :]:
            if len(new) > len(self.numbers):
                self.cursor.execute(_sql.reserve, {"count": len(new) - len(self.numbers) + SPARE}, binary=True)
                self.numbers += [number for (number,) in self.cursor.fetchall()]
            for walker, number in zip(new, self.numbers, strict=False):
                walker.id = number
            del self.numbers[: len(new)]
            self.numbered = len(entered)

    def _take(self, place: Place, pairs: Sequence[tuple[Line, Walker]], lines: Sequence[Line]) -> None:
        module, terms = self._module(place), self.fold.plans[place[0]].steps[place[1]]
        walkers = [walker for _, walker in pairs]
        if module.ACTS:
            self._lock(lines)
            answers = self._safely(lambda some: module.walk(terms, some, self.world), walkers)
        else:
            answers = _asked(lambda some: module.walk(terms, some, self.world), walkers)
        started = {id(walker): code for code, walker in self.world.started}
        self.world.started.clear()
        for (line, walker), answer in zip(pairs, answers, strict=True):
            if started and (code := started.get(id(walker))) is not None:
                self._call(line, walker, code)
            self.fold.answer(line, walker, answer)
        self._warn(place, [answer for answer in answers if isinstance(answer, Fail) and _is_ours(answer)])

    def _warn(self, place: Place, failed: Sequence[Fail]) -> None:
        """Members that no fault of theirs sets aside wait for a person: the terms of a step, or the program itself, must be mended."""
        if failed:
            plan, first = self.fold.plans[place[0]], failed[0]
            message = f"{len(failed)} set aside at step {place[1]} of journey {plan.code}: {first.code} {first.because}"
            raise_alarm("journey.step", f"{plan.code}:{place[1]}", message[:500], self.world.now)

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
        except Exception as error:
            cause = error.__cause__ if isinstance(error, DatabaseError) else error
            if is_passing(error) or isinstance(cause, OURS):
                raise
            del self.world.started[started:]
            self.world.gate.forget()
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
        self.fold.log.news.append(News(CALLED, walker, walker.owner_id, walker.hop, walker.at, fact, told))
        key = key_of(plan.entry, trigger, walker.properties)
        if key is not None:
            self.ledger.fetch([(plan, walker.owner_id, key)])
            line.calls.append(Call(plan, walker.owner_id, key, walker.at, walker.properties, fact))


def _asked(walk: Callable[[Sequence[Walker]], Sequence[Answer]], walkers: Sequence[Walker]) -> list[Answer]:
    """The answers of a step that changes nothing. What it is refused, such as a rule whose audience is gone, is of all."""
    try:
        return list(walk(walkers))
    except Refusal as refusal:
        return [_failure(refusal)] * len(walkers)


# refusals that say something of the terms, not of the member
POISON = "poison."  # codes of errors that nobody foresaw
OF_ALL = ("template.unknown", "journey.unknown", "reward.kind", "reward.terms", "tag.name", "value.unit", "rule.invalid")


def _is_of_all(error: Exception) -> bool:
    return isinstance(error, Refusal) and error.code in OF_ALL


def _is_ours(failure: Fail) -> bool:
    return failure.code in OF_ALL or failure.code.startswith(POISON)


def _failure(error: Exception) -> Fail:
    if isinstance(error, Refusal):
        return Fail(error.code, error.because)
    log.warning("a step failed: %s", type(error).__name__)
    return Fail(f"{POISON}{type(error).__name__}", str(error).partition("\n")[0])
