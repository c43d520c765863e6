"""Lines of the past walked in rounds, as the pump walks those of a batch: a step takes everybody who stands before it as one set."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from siyu.lib.refusal import Refusal

from ..rules import Answer, Fail, Walker
from ..rules.definition import AudienceExit
from ..rules.entering import Call, Earlier
from ..rules.line import Fold, Line, Log
from ..rules.plan import Plan
from .result import Moment, Rehearsal, Sample
from .world import Remembering

MAX_ROUNDS = 1_000_000  # a bound, not an expectation
MAX_SAMPLES = 50
MAX_MOMENTS = 40


class Entries:
    """Earlier entries, in memory: nobody entered before the rehearsal began."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], Earlier] = {}

    def earlier(self, journey_id: int, member_id: int, key: str) -> Earlier:
        return self.known.setdefault((journey_id, member_id), Earlier())

    def merge(self, survivor: int, loser: int) -> None:
        """People of the past are who they are today: nobody merges."""


class Past(Fold):
    """The fold of a journey that lives; whoever stands on the wrong side of an exit's audience at that instant does not enter."""

    def __init__(
        self,
        plan: Plan,
        starts: Mapping[str, list[Plan]],
        ledger: Entries,
        until: datetime,
        log: Log,
        present: Callable[[int, int, datetime], bool],
    ) -> None:
        super().__init__({plan.version_id: plan}, starts, ledger, until, log)
        self.present = present

    def _enter(self, line: Line, call: Call) -> None:
        earlier = self.ledger.earlier(call.plan.journey_id, call.member_id, call.key)
        earlier.outside = any(self._is_shut(one, call) for one in call.plan.shut)
        super()._enter(line, call)

    def _is_shut(self, one: AudienceExit, call: Call) -> bool:
        return self.present(one.audience, call.member_id, call.at) == (one.edge == "entered")


class Walk:
    """Walks lines of parts of the members, and counts what they leave behind."""

    def __init__(self, plan: Plan, until: datetime, world: Remembering, result: Rehearsal) -> None:
        self.plan, self.world, self.result = plan, world, result
        self.log = Log()
        starts = {name: [plan] for name in plan.starts}
        self.fold = Past(plan, starts, Entries(), until, self.log, world.present)
        self.number = 0
        self.sampled: dict[int, Sample] = {}  # walker (by identity) → sample
        self.kept: list[Walker] = []  # those of the samples, so that their identities stay theirs

    def walk(self, lines: Sequence[Line]) -> None:
        """Take every line as far as it goes."""
        active = list(lines)
        for _ in range(MAX_ROUNDS):
            before: dict[str, list[tuple[Line, Walker]]] = {}
            going = []
            for line in active:
                line.hops = 0
                walkers = self.fold.advance(line)
                for walker in walkers:
                    before.setdefault(walker.step, []).append((line, walker))
                if walkers:
                    going.append(line)
            for step, pairs in before.items():
                self._take(step, pairs)
            self._count()
            for line in going:
                line.walkers = [one for one in line.walkers if one.status == "waiting" or one.goal_until is not None]
            if not going:
                self._stand(lines)
                return
            active = going
        raise RuntimeError("journeys walk without end")

    def _take(self, step: str, pairs: Sequence[tuple[Line, Walker]]) -> None:
        walkers = [walker for _, walker in pairs]
        for walker in walkers:
            if not walker.id:
                self.number += 1
                walker.id = self.number
        try:
            answers: Sequence[Answer] = self.plan.modules[step].walk(self.plan.steps[step], walkers, self.world)
        except Refusal as refusal:
            answers = [Fail(refusal.code, refusal.because)] * len(walkers)
        for (line, walker), answer in zip(pairs, answers, strict=True):
            self.fold.answer(line, walker, answer)
            if isinstance(answer, Fail):
                self.result.failed += 1
                self.result.refused[step, answer.code] += 1

    def _count(self) -> None:
        log, result = self.log, self.result
        for walker in log.entered:
            result.month(walker.entered_at.astimezone(self.world.zone), 0)
            if len(self.sampled) < MAX_SAMPLES:
                self.sampled[id(walker)] = Sample(walker.owner_id, walker.entered_at, "", "", [])
                self.kept.append(walker)
        for left in log.passed:
            sample = self.sampled.get(id(left.walker))
            if sample is not None and len(sample.moments) < MAX_MOMENTS:
                sample.moments.append(Moment(left.at, left.step, left.way, self.world.said.get(left.token, "")))
        for _, step, way, _ in log.counts:
            if step:
                result.ways[step, way] += 1
            elif way == "entered":
                result.entered += 1
            elif way == "done":
                result.done += 1
            elif way == "left":
                result.left += 1
            elif way == "goal":
                result.goals += 1
        for kept in (log.passed, log.counts, log.news, log.changed, log.entered):
            kept.clear()

    def _stand(self, lines: Sequence[Line]) -> None:
        """Who is under way when the past ends."""
        for line in lines:
            for walker in line.walkers:
                if walker.status == "waiting":
                    self.result.under_way += 1
                    self.result.steps[walker.step] += 1

    def samples(self) -> list[Sample]:
        return [self.sampled[id(walker)]._replace(status=walker.status, why=walker.why) for walker in self.kept]
