"""Brings a file in: read twice, recorded in portions, each with its progress in one transaction; a killed run goes on where it was."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Import
from ..services import source_id
from ..tasks import make_partitions
from .opening import Footprint, footprint, open_table
from .options import Options, layout_of, reading_of, terms_of
from .reading import Reading
from .survey import Survey, survey
from .writing import SAMPLE, Progress, Result, Writer, require_unchanged

ROWS_WORTH_A_PARTITION = 100
_sql = statements("siyu.facts", "imports")


def run(path: Path, options: Options, *, by: Actor, now: datetime, progress: Progress = lambda _stage, _done, _of: None) -> Result:
    """Bring a file in and return what became of its rows; facts then wait in the inbox for the pump.

    Raises `Refusal` before anything is written when the file cannot be read as told (`file.…`, `mapping.…`, `encoding.…`,
    `currency.other`), and afterwards when it changes or turns out damaged: what was recorded stays, and a further run goes on.
    """
    kind = options.kind_of_file()
    mark = footprint(path)
    table = open_table(path, options.encoding, options.sheet)
    layout = layout_of(options, kind, table)
    terms = terms_of(options, kind, mark, path.name, settings_book(), now)
    reading = reading_of(options, table, layout, terms)
    result = Result(None, path.name, reading, is_dry=options.is_dry)
    job = None
    if not options.is_dry:
        job = _begin(path, options, mark, reading, by, now, result)
        if job.status == "done":
            return _repeated(job, result)
        terms = terms_of(options, kind, mark, path.name, settings_book(), job.started_at)
    try:
        found = survey(table, kind, terms, layout.reader(), _telling(progress, "look", table.length))
        require_unchanged(mark, path)
        course = Reading(table, kind, terms, layout.reader(), found, job.rows_done if job else 0)
        if job is not None:
            _prepare_log(found)
        Writer(path, mark, found, job, result, options.source_name, now, progress).take_all(course)
    except Refusal as refusal:
        if job is not None:
            _finish(job, "failed", refusal.because, now)
        raise
    return _ended(job, result, found, by, now)


def _begin(path: Path, options: Options, mark: Footprint, reading: dict[str, Any], by: Actor, now: datetime, result: Result) -> Import:
    """The import of this very content: a new one, or the one that an earlier run left."""
    with transaction.atomic():
        source = source_id(options.source_name)
        job, is_new = Import.objects.get_or_create(
            kind=options.kind,
            file_hash=mark.hash,
            source_id=source,
            defaults={"file_name": path.name, "reading": reading, "started_by": by.name, "started_at": now},
        )
        result.id, result.started_at = job.pk, job.started_at
        if is_new:
            audit(by, "import.started", f"import:{job.pk}", {"kind": job.kind, "file": job.file_name, "source": options.source_name})
            _note_namesake(job, result)
            return job
        job = Import.objects.select_for_update().get(pk=job.pk)
        if job.reading != reading:
            result.notes.append(
                "this file was read before with other settings; all its rows are read again, and what the log knows is not added twice"
            )
            _start_again(job, reading)
        elif job.status != "done":
            result.notes.append(f"going on after row {job.rows_done:,}, where an earlier run ended")
            Import.objects.filter(pk=job.pk).update(status="running", because="", ended_at=None)
            job.status = "running"
        return job


def _note_namesake(job: Import, result: Result) -> None:
    other = (
        Import.objects.filter(kind=job.kind, file_name=job.file_name, source_id=job.source_id).exclude(pk=job.pk).order_by("-pk").first()
    )
    if other is not None:
        result.notes.append(
            f"a file of this name was imported on {other.started_at:%Y-%m-%d}, with other content: this is a new import; "
            "orders that both tell of are not added twice"
        )


def _start_again(job: Import, reading: dict[str, Any]) -> None:
    job.importreject_set.all().delete()
    job.reading, job.rows_done, job.facts, job.rejected, job.destinations = reading, 0, 0, 0, {}
    job.status, job.because, job.ended_at = "running", "", None
    job.save()


def _repeated(job: Import, result: Result) -> Result:
    result.is_repeat = True
    result.rows, result.facts, result.rejected = job.rows or 0, job.facts, job.rejected
    result.destinations = Counter(job.destinations)
    result.notes.append(f"this very file was imported on {job.started_at:%Y-%m-%d %H:%M} UTC: nothing to add")
    return _with_reasons(job, result)


def _telling(progress: Progress, stage: str, of: int | None) -> Callable[[int], None]:
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        done += rows
        progress(stage, done, of)

    return advance


def _prepare_log(found: Survey) -> None:
    """Partitions are made before the facts come, never inside a batch; a month with few rows is not worth one."""
    for (year, month), rows in sorted(found.months.items()):
        if rows >= ROWS_WORTH_A_PARTITION:
            make_partitions(date(year, month, 1), date(year, month, 1))


def _ended(job: Import | None, result: Result, found: Survey, by: Actor, now: datetime) -> Result:
    result.rows = found.rows
    accounted = sum(result.destinations.values()) + result.rejected
    if accounted != found.rows:
        raise RuntimeError(f"{found.rows} rows were read and {accounted} accounted for: a fault of the program, please report it")
    if job is None:
        return result
    with transaction.atomic():
        _finish(job, "done", "", now)
        told = {"rows": result.rows, "facts": result.facts, "rejected": result.rejected, **result.destinations}
        audit(by, "import.ended", f"import:{job.pk}", told)
    return _with_reasons(job, result)


def _finish(job: Import, status: str, because: str, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_sql.finish, {"id": job.pk, "status": status, "because": because[:2000], "ended_at": now})


def _with_reasons(job: Import, result: Result) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(_sql.reasons, {"id": job.pk})
        result.reasons = Counter(dict(cursor.fetchall()))
    if not result.sample:
        result.sample = list(job.importreject_set.order_by("row").values_list("row", "code", "because")[:SAMPLE])
    return result


__all__ = ["Options", "Result", "run"]
