"""`siyu bench pump`: messages through the pump, inbox to commit, beside COPY of the rows it wrote and an ORM, one message at a time.

The baseline of the main ratio: the same rows by COPY into a table with a uuid primary key and an index (member, time), a
commit every 10,000 rows, on the same server in the same run.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from statistics import median
from typing import Any

import msgspec
import psycopg
from django.db import connections, models, transaction

from siyu.facts.pump import pump
from siyu.facts.services import source_id
from siyu.lib.crypto import encrypt
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM
from siyu.operate.verify import verify

from .corpus import START, Corpus
from .place import own_database
from .result import Result, machine

FACTS = 1_000_000
SIZE = 100  # messages an envelope
WARM = 100  # the part of the corpus that is handled before the clock starts: a worker has long been running, and a table has rows
COMMIT = 10_000  # rows of a baseline's transaction
COPIES = 3  # of each baseline; the median counts
ORM_FACTS = 400
ORM_COUNTS = 4  # counters that each message moves
_sql = statements("siyu.operate", "bench_pump")


def run(facts: int = FACTS) -> Result:
    """Measure; refuses with `bench.broken` when a message is missing or an invariant does not hold afterwards."""
    with own_database("pump") as environment:
        on = machine()
        install_default_programme(SYSTEM, START.date() - timedelta(days=1))
        corpus = Corpus(facts=facts, size=SIZE)
        fill(corpus, environment["DATABASE_URL"])
        end = corpus.sent_at(facts // SIZE + 1)
        before = pump(end, messages=facts // WARM)
        began = time.perf_counter()
        report = pump(end)
        pumped = time.perf_counter() - began
        require_whole(facts - before.facts, report)
        rows = read_rows(environment["DATABASE_URL"])
        indexed = copies(environment["DATABASE_URL"], rows, "indexed")
        plain = copies(environment["DATABASE_URL"], rows, "plain")
        orm = _orm(corpus)
    speed = report.facts / pumped
    return Result(
        bench="pump",
        machine=on,
        figures={
            "facts": before.facts + report.facts,
            "facts_per_s": round(speed),
            "indexed_copy_per_s": round(indexed),
            "copy_per_s": round(plain),
            "orm_per_s": round(orm, 1),
            "microseconds_per_fact": round(1e6 / speed, 1),
        },
        ratios={"of_indexed_copy": round(speed / indexed, 3), "times_orm": round(speed / orm, 1)},
        notes=[
            f"facts_per_s: inbox to commit, all rooms; after {before.facts:,} that started the process",
            "indexed_copy: id uuid PRIMARY KEY, member_id, occurred_at, received_at, name, properties; index (member_id, occurred_at)",
            f"the rows the pump logged, by COPY, a commit every {COMMIT:,} rows; median of {COPIES}",
            "orm: identity, event, profile and four counts, each by itself, one transaction a message",
        ],
    )


def fill(corpus: Corpus, dsn: str) -> None:
    source = source_id("web")
    statement = "COPY facts_inbox (received_at, source_id, form, messages, done, payload) FROM STDIN"
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for number, body in enumerate(corpus.bodies()):
            messages = min(corpus.size, corpus.facts - number * corpus.size)
            copy.write_row((corpus.sent_at(number), source, "s", messages, 0, encrypt(body)))
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ANALYZE facts_inbox")
        connection.execute("CHECKPOINT")


def require_whole(facts: int, report: msgspec.Struct) -> None:
    if report.facts != facts:  # type: ignore[attr-defined]
        raise Refusal("bench.broken", f"of {facts:,} messages the pump handled otherwise: {report}")
    for finding in verify(600):
        if not finding.holds:
            raise Refusal("bench.broken", f"{finding.name}: {finding.offender}")


def read_rows(dsn: str) -> list[bytes]:
    """The log's rows as COPY text, in blocks of one commit each."""
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor, cursor.copy(_sql.read_rows) as copy:
        lines = _lines(copy)
        blocks = []
        while block := list(islice(lines, COMMIT)):
            blocks.append(b"".join(block))
        return blocks


def _lines(copy: psycopg.Copy) -> Iterator[bytes]:
    for row in copy:
        yield bytes(row)


def copies(dsn: str, blocks: list[bytes], kind: str) -> float:
    """Rows a second; each time into a new table, a commit a block."""
    speeds = []
    rows = sum(block.count(b"\n") for block in blocks)
    for _ in range(COPIES):
        with psycopg.connect(dsn) as connection:
            connection.execute(getattr(_sql, f"make_{kind}"))
            connection.commit()
            began = time.perf_counter()
            for block in blocks:
                with connection.cursor() as cursor, cursor.copy(getattr(_sql, f"copy_{kind}")) as copy:
                    copy.write(block)
                connection.commit()
            speeds.append(rows / (time.perf_counter() - began))
            connection.execute(f"DROP TABLE bench_{kind}")
    return median(speeds)


def _orm(corpus: Corpus) -> float:
    """Messages a second, one at a time by the ORM: identity, event, profile and four counts in one transaction."""
    messages = [message for body in islice(corpus.bodies(), ORM_FACTS // SIZE) for message in msgspec.json.decode(body)["batch"]]
    with connections["owner"].cursor() as cursor:
        cursor.execute(_sql.make_orm)
    with _models() as (person_model, event_model, count_model):
        began = time.perf_counter()
        for message in messages:
            with transaction.atomic(using="owner"):
                handle = str(message.get("userId") or message.get("anonymousId"))
                at = message["timestamp"]
                person, _ = person_model.objects.using("owner").get_or_create(
                    handle=handle, defaults={"first_seen": at, "last_seen": at, "facts": 0}
                )
                event_model.objects.using("owner").create(
                    message=message["messageId"],
                    person_id=person.pk,
                    occurred_at=at,
                    name=message["type"],
                    properties=message.get("properties"),
                )
                person.facts, person.last_seen = models.F("facts") + 1, at
                person.save(using="owner")
                for number in range(ORM_COUNTS):
                    count, _ = count_model.objects.using("owner").get_or_create(
                        person_id=person.pk, name=f"{message['type']} {number}", day=date.fromisoformat(at[:10]), defaults={"times": 0}
                    )
                    count.times = models.F("times") + 1
                    count.save(using="owner")
        return len(messages) / (time.perf_counter() - began)


@contextmanager
def _models() -> Iterator[tuple[Any, ...]]:
    """Models of the baseline's tables; they belong to no migration and exist for the length of a bench."""

    def table(name: str, /, **fields: models.Field) -> Any:
        meta = type("Meta", (), {"app_label": "operate", "managed": False, "db_table": f"bench_{name}"})
        return type(f"Bench{name.title()}", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})

    text, instant, number, day = models.TextField, models.DateTimeField, models.BigIntegerField, models.DateField
    yield (
        table("person", handle=text(), first_seen=instant(), last_seen=instant(), facts=number()),
        table(
            "event",
            message=models.UUIDField(),
            person_id=number(),
            occurred_at=instant(),
            name=text(),
            properties=models.JSONField(null=True),
        ),
        table("count", person_id=number(), name=text(), day=day(), times=number()),
    )
