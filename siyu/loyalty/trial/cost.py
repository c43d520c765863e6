"""What a rule would have given in a past time, beside what its present version would have given."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from siyu.lib.clock import midnight
from siyu.lib.refusal import Refusal
from siyu.merchant.queries import settings_book

from ..rules import Book, Definition
from ..rules.ledger import Posting
from .past import DRAFT, Trial, begin, facts_between, present, trial_of

MAX_FACTS = 400_000
MAX_DAYS = 366
TOP = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """`points` is what it gave less `taken_back` by refunds within the time; a campaign's is what it added to the rules it multiplies.

    `before` is the same of the present version (None when there is none), `change` the difference in proportion to it.
    """

    points: int
    taken_back: int
    members: int
    times: int
    facts: int
    top: tuple[tuple[int, int], ...]  # member, points: the ten with the most
    before: int | None

    @property
    def change(self) -> float | None:
        return (self.points - self.before) / self.before if self.before else None


class _Sums:
    """What the postings of the rules that count add up to, by member."""

    def __init__(self, counts: frozenset[int]) -> None:
        self.counts = counts
        self.points: Counter[int] = Counter()
        self.taken_back, self.times = 0, 0

    def add(self, postings: Iterable[Posting]) -> None:
        for posting in postings:
            if posting.rule_id not in self.counts:
                continue
            if posting.kind == "earn":
                self.points[posting.account.origin] += posting.amount
                self.times += 1
            elif posting.kind == "reverse_earn":
                self.points[posting.account.origin] -= posting.amount
                self.taken_back += posting.amount


def would_have_cost(code: str, definition: Definition, first: date, last: date) -> Cost:
    """What `definition` would have given for the facts of these business days. Reads at most 400,000 facts, streaming.

    Refusals: `trial.days`, `trial.too_many`.
    """
    if last < first or (last - first).days >= MAX_DAYS:
        raise Refusal("trial.days", "choose 1 to %(limit)s days", limit=MAX_DAYS)
    zone = settings_book().zone(last)
    begins, ends = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    now = present(code, last)
    tried = trial_of(code, definition, last)
    walks = [_Walk(tried, begins)]
    if definition.gives:
        walks += [_Walk(trial_of(code, now, last), begins)] if now is not None else []
    else:
        walks.append(_Walk(_without(tried), begins))
    facts = 0
    for chunk in facts_between(tried.names, begins, ends, MAX_FACTS + 1):
        facts += len(chunk)
        if facts > MAX_FACTS:
            raise Refusal("trial.too_many", "more than %(limit)s facts in this time: choose fewer days", limit=MAX_FACTS)
        for walk in walks:
            walk.go(chunk)
    return _cost(walks, definition, facts, has_present=now is not None)


class _Walk:
    def __init__(self, trial: Trial, begins: datetime) -> None:
        self.book = Book(trial.programme)
        begin(self.book, trial, begins)
        draft = trial.programme.rules.get(DRAFT)
        multiplied = frozenset(trial.programme.rules) if draft is None or not draft.definition.gives else frozenset((DRAFT,))
        self.sums = _Sums(multiplied)

    def go(self, facts: list) -> None:
        for fact in facts:
            self.book.tell(fact)
        self.sums.add(self.book.postings)
        self.book.postings.clear()
        self.book.news.clear()


def _without(trial: Trial) -> Trial:
    """The same without the rule in question: what a campaign adds is the difference."""
    rules = [rule for rule in trial.programme.rules.values() if rule.id != DRAFT]
    return trial._replace(programme=trial.programme.with_rules(rules))


def _cost(walks: list[_Walk], definition: Definition, facts: int, *, has_present: bool) -> Cost:
    sums = walks[0].sums
    points, before = sums.points, None
    if not definition.gives:
        points = Counter({member: each - walks[1].sums.points[member] for member, each in sums.points.items()})
    elif has_present:
        before = sum(walks[1].sums.points.values())
    given = {member: each for member, each in points.items() if each}
    top = tuple(sorted(given.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP])
    return Cost(sum(given.values()), sums.taken_back, len(given), sums.times, facts, top, before)
