"""Writes what was read: facts, rejects and progress of a portion in one transaction."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from siyu.lib.crypto import encrypt
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements

from ..intake import message_hash
from ..models import Import
from ..rules import Incoming
from ..services import record
from .opening import Footprint
from .reading import Outcome, Reading, Rejected
from .survey import Survey

PORTION_FACTS = 2_500  # of one transaction
PORTION_LINES = 20_000
PORTION_REJECTS = 2_500
PORTION_ROWS = 50_000
SAMPLE = 20  # rejects shown at the end
_sql = statements("siyu.facts", "imports")
Progress = Callable[[str, int, int | None], None]  # (stage, done, of): "look" and "read", in rows


@dataclass(slots=True)
class Result:
    """What became of a file: `rows` = rows in `destinations` + `rejected`, always."""

    id: int | None
    file_name: str
    reading: dict[str, Any]
    rows: int = 0
    facts: int = 0
    known: int = 0  # facts of this run that the log knew before (another file told the same order): not added again
    rejected: int = 0
    destinations: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    sample: list[tuple[int, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_repeat: bool = False
    is_dry: bool = False
    started_at: datetime | None = None


class Writer:
    """Takes outcomes in portions: facts, rejects and progress in one transaction each."""

    def __init__(
        self,
        path: Path,
        mark: Footprint,
        found: Survey,
        job: Import | None,
        result: Result,
        source: str,
        now: datetime,
        progress: Progress,
    ) -> None:
        self._path, self._mark, self._found, self._job, self._result = path, mark, found, job, result
        self._source, self._now, self._progress = source, now, progress
        self._done = job.rows_done if job else 0
        self._facts: list[Incoming] = []
        self._rejects: list[Rejected] = []
        self._lines = 0
        self._read = self._done
        if job is not None:
            result.facts, result.rejected, result.destinations = job.facts, job.rejected, Counter(job.destinations)

    def take_all(self, course: Reading) -> None:
        for outcome in course.outcomes():
            if outcome.read > self._read and self._is_full(outcome.read):
                self._write(outcome.read - 1)
            self._take(outcome)
        self._write(self._found.rows)

    def _is_full(self, read: int) -> bool:
        return (
            len(self._facts) >= PORTION_FACTS
            or self._lines >= PORTION_LINES
            or len(self._rejects) >= PORTION_REJECTS
            or read - self._done >= PORTION_ROWS
        )

    def _take(self, outcome: Outcome) -> None:
        self._read = outcome.read
        self._facts += outcome.facts
        self._rejects += outcome.rejects
        self._lines += outcome.rows
        if outcome.facts:
            self._result.destinations[outcome.destination] += outcome.rows
        for reject in outcome.rejects:
            self._result.reasons[reject.code] += 1
            if len(self._result.sample) < SAMPLE:
                self._result.sample.append((reject.number, reject.code, reject.because))

    def _write(self, done: int) -> None:
        """Every group that was complete within the first `done` rows is in this portion or an earlier one."""
        require_unchanged(self._mark, self._path)
        if self._job is not None:
            self._commit(self._job, done)
        self._result.facts += len(self._facts)
        self._result.rejected += len(self._rejects)
        self._done, self._lines = done, 0
        self._facts.clear()
        self._rejects.clear()
        self._progress("read", done, self._found.rows)

    def _commit(self, job: Import, done: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_sql.hold, {"id": job.pk})
            stands, status = cursor.fetchone()
            if stands != self._done or status != "running":
                raise Refusal("import.busy", "another process is importing this file; wait for it")
            if self._facts:
                cursor.execute(_sql.known_keys, {"keys": [message_hash(fact.key) for fact in self._facts]})
                self._result.known += cursor.fetchone()[0]
                record(self._facts, source=self._source, received_at=self._now)
            self._keep_rejects(cursor, job)
            destinations = json.dumps(self._result.destinations)
            counts: dict[str, Any] = {"facts": len(self._facts), "rejected": len(self._rejects), "destinations": destinations}
            cursor.execute(_sql.advance, {"id": job.pk, "rows_done": done, "rows": self._found.rows, **counts})

    def _keep_rejects(self, cursor: Any, job: Import) -> None:
        if not self._rejects:
            return
        with cursor.copy(_sql.keep_rejects) as copy:
            copy.set_types(["int8", "int8", "text", "text", "bytea"])
            for reject in self._rejects:
                copy.write_row((job.pk, reject.number, reject.code, reject.because.replace("\x00", "�"), encrypt(reject.line)))


def require_unchanged(mark: Footprint, path: Path) -> None:
    """A file that is still being written, or was replaced, is not what was hashed."""
    if not mark.is_still(path):
        raise Refusal(
            "file.changed", "%(file)s was changed while it was read; wait until it is complete and run the import again", file=path.name
        )
