"""Earning in the loop: the facts and merges of a batch, walked through the fold, between one reading and one writing."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.members.rules import Rung
from siyu.members.services import rung_news

from .programme import programme
from .reading import ask_early, read
from .rows import Touched
from .rules import TRACK, News, Programme, rungs_of
from .rules.ledger import Reduction
from .rules.programme import BROUGHT_IN, TIER_BROUGHT_IN
from .writing import PART, write, write_ahead

TIER_CHANGED = "tier.changed"


def ask(cursor: Cursor, batch: Batch) -> None:
    """Ask early for what `earn` will have to know of those of whom the batch tells, while the rooms below do their part."""
    if facts := _facts(batch, programme(cursor, batch.settings, batch.zone)):
        batch.asked["loyalty"] = ask_early(cursor, Touched(facts, batch.merges, batch.finals), batch.until)


def earn(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Points and growth for what happened, reversals for what was undone, tiers that follow; returns `tier.changed` facts."""
    rules = programme(cursor, batch.settings, batch.zone)
    names = rules.names
    facts = _facts(batch, rules)
    if not facts and not batch.merges:
        return []
    if batch.named(TIER_BROUGHT_IN):
        rules = rules.with_floors()
    touched = Touched(facts, batch.merges, batch.finals)
    book, known = read(cursor, rules, touched, batch.until, early=batch.asked.pop("loyalty", None))
    told = batch.named(*names)
    steps = len(told) + len(batch.merges)
    for place, step in enumerate(batch.steps(told), 1):
        if isinstance(step, Fact):
            book.tell(step)
        else:
            book.merge(step)
        if len(book.postings) >= known.written + PART:
            write_ahead(cursor, book, known, touched, steps / place - 1)
    book.pass_time(batch.until)
    write(cursor, book, known, touched)
    return [reduced(reduction, cause) for reduction, cause in book.reductions] + news_of(rules, book.news)


def _facts(batch: Batch, rules: Programme) -> list[Fact]:
    return batch.named(*rules.names) if rules.rules else batch.named(BROUGHT_IN, TIER_BROUGHT_IN)


def reduced(reduction: Reduction, cause: Fact) -> Derived:
    """The fact that tells a shop what to deduct from a refund, because the value it had given is spent."""
    shop, number = reduction.order
    return Derived(
        name="refund.reduced",
        reaction="loyalty.refund",
        member_id=reduction.member_id,
        properties={
            "shop": shop,
            "order_number": number,
            "unit": reduction.unit,
            "amount": reduction.amount,
            "deduct_minor": reduction.minor,
        },
        cause=cause,
        discriminator=reduction.unit,
    )


def news_of(programme: Programme, told_of: Sequence[News]) -> list[Derived]:
    """Moves of tier, each with the rungs of the relationship ladder that it reaches or leaves."""
    told: list[Derived] = []
    known: dict[tuple[int, str, str], list[tuple[Rung, bool]]] = {}
    for news in told_of:
        told.append(derived(news))
        move = news.move
        if move.track != TRACK:
            continue
        step = (move.version, move.before, move.after)
        if step not in known:
            ladder = programme.ladder(move.version)
            before, after = rungs_of(ladder, move.before), rungs_of(ladder, move.after)
            known[step] = [(rung, rung in after) for rung in sorted(before ^ after)]
        for rung, is_held in known[step]:
            told.append(rung_news(move.member_id, rung, held=is_held, cause=news.cause, at=move.at))
    return told


def derived(news: News) -> Derived:
    """The fact that tells of a move of tier, behind its cause or at its own instant."""
    move = news.move
    return Derived(
        name=TIER_CHANGED,
        reaction="loyalty.tier",
        member_id=move.member_id,
        properties={"track": move.track, "from": move.before, "to": move.after, "growth": move.growth, "why": move.why},
        cause=news.cause,
        at=None if news.cause is not None else move.at,
        discriminator=move.track,
    )
