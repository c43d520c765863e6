"""An upload becomes an import: handed to the worker, which reads the file and tells how far it is."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import close_old_connections, transaction
from django.utils import translation
from django.utils.translation import gettext
from procrastinate import exceptions
from procrastinate.contrib.django import app

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor

from .opening import open_table
from .options import layout_of
from .services import Result, run
from .uploads import Account, Upload, find, require_idle, save

JOB = "siyu.facts.imports.jobs.perform"
TELL_EVERY_S = 0.5


def begin(upload: Upload, *, is_dry: bool) -> None:
    """Hand the file to the worker. Refuses `upload.busy`, `upload.gone`, and what stands in the way of reading it."""
    require_idle(upload)
    if not upload.has_file:
        raise Refusal("upload.gone", "the file is no longer kept; upload it again")
    kind = upload.options.kind_of_file()
    layout_of(upload.options, kind, open_table(upload.path, upload.options.encoding, upload.options.sheet))
    upload.options = replace(upload.options, is_dry=is_dry)
    upload.state, upload.stage, upload.done, upload.of, upload.because, upload.account = "queued", "", 0, None, "", None
    save(upload)
    job = app.configure_task(JOB, queue="jobs", lock="imports", queueing_lock=upload.key, allow_unknown=True)
    with suppress(exceptions.AlreadyEnqueued), transaction.atomic():
        job.defer(key=upload.key)


def perform(key: str) -> None:
    """The worker's part: read the file, telling how far it is. A killed worker's job comes again, and the import goes on where it was."""
    close_old_connections()
    upload = find(key)
    if upload is None or not upload.is_under_way:
        return
    upload.state = "running"
    save(upload)
    actor = Actor("staff", upload.by_id, upload.by_name)
    try:
        result = run(upload.path, upload.options, by=actor, now=utc_now(), progress=_telling(upload))
    except Refusal as refusal:
        with translation.override(upload.language):
            _fail(upload, refusal.told(gettext))
        return
    except Exception as error:
        _fail(upload, f"{type(error).__name__}: a fault of the program; the worker's log has it")
        raise
    upload.state = "done" if not result.is_dry else "kept"
    upload.account = _account(result)
    if not result.is_dry:
        upload.path.unlink(missing_ok=True)  # its rows are in the log: people's phones must not lie about in files
    save(upload)


def _fail(upload: Upload, because: str) -> None:
    upload.state, upload.because = "failed", because
    save(upload)


def _telling(upload: Upload) -> Any:
    told_at = 0.0

    def tell(stage: str, done: int, of: int | None) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < TELL_EVERY_S:
            return
        told_at = time.monotonic()
        upload.stage, upload.done, upload.of = stage, done, of
        save(upload)

    return tell


def _account(result: Result) -> Account:
    counts = (result.rows, result.facts, result.known, result.rejected, dict(result.destinations), dict(result.reasons))
    return Account(result.id, result.is_dry, result.is_repeat, *counts, result.sample, result.notes)
