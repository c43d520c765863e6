"""The three clocks in a batch: one SELECT of the lives that move, the pure fold in order, one upsert. Due work runs before each fact."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact, Merged
from siyu.lib.clock import business_day
from siyu.lib.sql import statements

from .rules import HELD_RUNGS, LIFE_FACTS, Clocks, Life, bit, clocks_of, live, turn

_sql = statements("siyu.members", "reactions")
LIMIT = 5_000  # lives that one transaction turns by time alone
MAX_TURNS = 50  # of one life between two facts
COLUMNS = (
    "pool_joined_at", "pool_channel", "first_bought_at", "last_bought_at", "purchases", "rungs", "pool_stage", "activity", "rung", "due_at",
)  # fmt: skip


class _Turning:
    """The lives of a batch while it is walked through."""

    def __init__(self, batch: Batch, lives: dict[int, Life]) -> None:
        self.batch, self.lives = batch, lives
        self.changed: set[int] = set()
        self.gone: set[int] = set()
        self.news: list[Derived] = []
        self.by_day: dict[Any, Clocks] = {}

    def clocks(self, now: datetime) -> Clocks:
        day = business_day(now, self.batch.zone)
        if day not in self.by_day:
            self.by_day[day] = clocks_of(self.batch.settings, day)
        return self.by_day[day]

    def turn(self, member: int, now: datetime, cause: Fact | None) -> None:
        life = self.lives[member]
        moves = turn(life, now, self.batch.zone, self.clocks(now))
        self.changed.add(member)
        for move in moves:
            self.news.append(
                Derived(
                    name="stage.changed",
                    reaction="members.clocks",
                    member_id=member,
                    properties={"clock": move.clock, "from": move.before, "to": move.after},
                    cause=cause,
                    at=None if cause else now,
                    discriminator=f"{move.clock} {move.before} {move.after}",  # a merge by this fact may have turned the same clock
                )
            )

    def catch_up(self, member: int, until: datetime) -> None:
        """Time alone, up to an instant: each move at the instant it was due."""
        life = self.lives.get(member)
        for _ in range(MAX_TURNS):
            if life is None or life.due_at is None or life.due_at > until:
                return
            self.turn(member, life.due_at, None)

    def fact(self, fact: Fact) -> None:
        member = fact.member_id
        if member is None:
            return
        self.catch_up(member, fact.clock)
        if fact.name in LIFE_FACTS:
            life = self.lives.setdefault(member, Life())
            live(life, fact.name, fact.occurred_at, _channel(fact))
            self.turn(member, fact.clock, fact)

    def merge(self, merged: Merged, cause: Fact | None) -> None:
        for member in (merged.survivor_id, merged.loser_id):
            self.catch_up(member, merged.clock)
        loser = self.lives.pop(merged.loser_id, None)
        self.gone.add(merged.loser_id)
        if loser is not None:
            self.lives.setdefault(merged.survivor_id, Life()).absorb(loser)
            self.turn(merged.survivor_id, merged.clock, cause)


def turn_batch(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Walk the batch in order; returns the moves as facts."""
    wanted = {fact.member_id for fact in batch.named(*LIFE_FACTS) if fact.member_id is not None}
    for merge in batch.merges:
        wanted |= {merge.survivor_id, merge.loser_id}
    lives = load(cursor, wanted, batch.until, LIMIT)
    if not lives and not wanted:
        return None
    turning = _Turning(batch, lives)
    merging = {merge.seq for merge in batch.merges}
    causes = {fact.seq: fact for fact in reversed(batch.facts) if fact.seq in merging and fact.depth == 0} if merging else {}
    concerned = wanted | turning.lives.keys()
    for step in batch.steps([fact for fact in batch.facts if fact.member_id in concerned]):
        if isinstance(step, Merged):
            turning.merge(step, causes.get(step.seq))
        elif step.depth == 0 and (step.name in LIFE_FACTS or step.member_id in turning.lives):
            turning.fact(step)
    for member in sorted(turning.lives):
        turning.catch_up(member, batch.until)
    save(cursor, {member: turning.lives[member] for member in sorted(turning.changed - turning.gone)}, turning.gone)
    return turning.news


def turn_due(cursor: Cursor, batch: Batch, most: int) -> list[Derived]:
    """Time alone: the clocks that are due up to the batch's instant, oldest first, at most so many of them."""
    turning = _Turning(batch, load(cursor, set(), batch.until, most))
    batch.move("members", turning.lives)
    for member in sorted(turning.lives):
        turning.catch_up(member, batch.until)
    save(cursor, {member: turning.lives[member] for member in sorted(turning.changed)}, set())
    return turning.news


def load(cursor: Cursor, members: Iterable[int], until: datetime, limit: int) -> dict[int, Life]:
    """The lives of members, and of at most `limit` others that are due."""
    cursor.execute(_sql.lives, {"members": list(members), "until": until, "limit": limit})
    return {row[0]: Life(**dict(zip(COLUMNS, row[1:], strict=True))) for row in cursor.fetchall()}


def save(cursor: Cursor, lives: dict[int, Life], gone: Iterable[int]) -> None:
    """Write lives, and drop those of merged members and of people nothing moved."""
    if gone:
        cursor.execute(_sql.drop_lives, {"members": list(gone)})
    if lives:
        columns = {"member_id": list(lives), **{name: [getattr(life, name) for life in lives.values()] for name in COLUMNS}}
        cursor.execute(_sql.keep_lives, columns)


def relive(cursor: Cursor, members: list[int], now: datetime, settings: Any) -> None:
    """Set the clocks of members to what the log says of their present handles, as of `now`."""
    zone = settings.zone(now.date())
    standing = load(cursor, members, datetime.min.replace(tzinfo=now.tzinfo), 0)
    cursor.execute(_sql.life_facts, {"members": members, "names": sorted(LIFE_FACTS)})
    lives: dict[int, Life] = {member: Life() for member in members}
    for member, name, occurred_at, channel in cursor.fetchall():
        live(lives[member], name, occurred_at, channel or "")
    kept = {}
    for member, life in lives.items():
        before = standing.get(member)
        life.rungs |= before.rungs & sum(bit(rung) for rung in HELD_RUNGS) if before else 0
        turn(life, now, zone, clocks_of(settings, business_day(now, zone)))
        if life.rungs:
            kept[member] = life
    save(cursor, kept, lives.keys() - kept.keys())


def _channel(fact: Fact) -> str:
    value = fact.properties.get("channel")
    return value if isinstance(value, str) else ""


assert {field.name for field in fields(Life)} == {*COLUMNS, "reached"}, "a life is stored whole"
