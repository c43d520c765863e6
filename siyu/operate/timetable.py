"""The worker's timetable: `wiring.TIMETABLE` as periodic jobs of procrastinate, in a thread beside the pump."""

import asyncio
import contextlib
import logging
import threading
from datetime import UTC, datetime
from typing import Any

from django.utils.module_loading import import_string
from procrastinate import exceptions
from procrastinate.contrib.django import app, utils
from procrastinate.psycopg_connector import PsycopgConnector

from siyu.lib.wired import table

log = logging.getLogger(__name__)
MINUTE, HOUR, DAY = 60, 3600, 86400
LONGEST_PAUSE_S = 30.0
KEEP_FAILED_HOURS = 30 * 24


def cron(seconds: int) -> str:
    """The crontab of "every so many seconds": a divisor of a minute, an hour or a day, counted from its beginning (UTC)."""
    if 0 < seconds < MINUTE and MINUTE % seconds == 0:
        return f"* * * * * */{seconds}"
    if seconds % MINUTE == 0 and 0 < seconds < HOUR and HOUR % seconds == 0:
        return f"*/{seconds // MINUTE} * * * *"
    if seconds % HOUR == 0 and 0 < seconds <= DAY and DAY % seconds == 0:
        return f"0 */{seconds // HOUR} * * *" if seconds < DAY else "0 0 * * *"
    raise ValueError(f"a timetable entry cannot run every {seconds} seconds: not a divisor of a minute, an hour or a day")


def register() -> list[Any]:
    """Make each entry of the timetable a periodic job; a job that still waits is not queued a second time."""
    return [_periodic(seconds, path) for seconds, path in table("TIMETABLE")]


def _periodic(seconds: int, path: str) -> Any:
    if path in app.tasks:
        return app.tasks[path]

    def job(timestamp: int) -> None:
        import_string(path)(datetime.fromtimestamp(timestamp, UTC))  # found late: a broken task spoils only itself

    task = app.task(name=path, queueing_lock=path, queue="timetable")(job)
    app.periodic(cron=cron(seconds), periodic_id=path)(task)
    return task


def register_jobs() -> None:
    """Make each of `wiring.JOBS` known to the worker."""
    for path in table("JOBS"):
        if path not in app.tasks:
            app.task(name=path, queue="jobs")(_job(path))


def _job(path: str) -> Any:
    def job(key: str) -> None:
        import_string(path)(key)

    return job


class Timetable(threading.Thread):
    """Runs the jobs until `end`; when the database goes away it tries again with growing pauses."""

    def __init__(self) -> None:
        super().__init__(name="timetable", daemon=True)
        self._ending = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None

    def run(self) -> None:
        pause = 1.0
        while not self._ending.is_set():
            try:
                asyncio.run(self._serve())
                pause = 1.0
            except asyncio.CancelledError:
                break  # `end` was called
            except (exceptions.ConnectorException, OSError) as error:
                log.warning("the timetable lost the database (%s) and tries again in %.0f s", error, pause)
            except Exception:
                log.exception("the timetable failed and tries again in %.0f s", pause)
            self._ending.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    def end(self, timeout: float) -> None:
        """Let a running job finish within `timeout` seconds."""
        self._ending.set()
        if self._loop is not None and self._running is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._running.cancel)
        self.join(timeout)

    async def _serve(self) -> None:
        self._loop, self._running = asyncio.get_running_loop(), asyncio.current_task()
        tasks = register()
        register_jobs()
        with app.replace_connector(PsycopgConnector(min_size=1, max_size=3, kwargs=utils.connector_params())):
            async with app.open_async():
                await _catch_up(tasks)
                await app.run_worker_async(
                    queues=["timetable", "jobs"],
                    concurrency=2,  # a long job must not keep the timetable waiting
                    install_signal_handlers=False,
                    fetch_job_polling_interval=MINUTE,
                    abort_job_polling_interval=MINUTE,
                    shutdown_graceful_timeout=15,
                    delete_jobs="successful",
                )


async def _catch_up(tasks: list[Any]) -> None:
    """At the start: free what a killed worker left half done, forget old failures, and run every entry once."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=MINUTE):
        await app.job_manager.retry_job(job)
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_FAILED_HOURS, include_failed=True)
    for task in tasks:
        with contextlib.suppress(exceptions.AlreadyEnqueued):
            await task.defer_async(timestamp=int(datetime.now(UTC).timestamp()))
