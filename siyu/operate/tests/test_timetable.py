"""Seconds become crontabs; entries of the timetable run, and one that failed does not stop the others."""

import time
from datetime import UTC, datetime

import pytest
from django.conf import settings
from procrastinate.contrib.django import app

from siyu.operate.timetable import Timetable, cron

ran: list[datetime] = []


def note(now):
    ran.append(now)


def fail(now):
    raise RuntimeError("this task is broken")


served: list[str] = []


def serve(key):
    served.append(key)


JOBS = [f"{__name__}.serve"]
TIMETABLE = [(3600, f"{__name__}.fail"), (3600, f"{__name__}.missing"), (3600, f"{__name__}.note")]


@pytest.mark.parametrize(
    ("seconds", "line"),
    [(5, "* * * * * */5"), (60, "*/1 * * * *"), (900, "*/15 * * * *"), (3600, "0 */1 * * *"), (21600, "0 */6 * * *"), (86400, "0 0 * * *")],
)
def test_seconds_become_a_crontab(seconds, line):
    assert cron(seconds) == line


@pytest.mark.parametrize("seconds", [0, 7, 90, 420, 5400, 100_000])
def test_what_does_not_divide_a_day_evenly_is_refused(seconds):
    with pytest.raises(ValueError, match="cannot run every"):
        cron(seconds)


@pytest.fixture
def registry():
    """The tasks and periods that a test adds are taken away again."""
    tasks, periodic = dict(app.tasks), dict(app.periodic_registry.periodic_tasks)
    yield
    for kept, known in ((app.tasks, tasks), (app.periodic_registry.periodic_tasks, periodic)):
        kept.clear()
        kept.update(known)


def test_every_entry_runs_once_at_the_start_with_the_time(clone, registry, monkeypatch):
    monkeypatch.setattr(settings, "WIRING", __name__)
    ran.clear()
    timetable = Timetable()

    timetable.start()
    deadline = time.monotonic() + 20
    while not ran and time.monotonic() < deadline:
        time.sleep(0.05)
    timetable.end(20)

    assert not timetable.is_alive()
    assert abs((datetime.now(UTC) - ran[0]).total_seconds()) < 60


def test_a_job_that_a_page_deferred_is_run_beside_the_timetable(clone, registry, monkeypatch):
    monkeypatch.setattr(settings, "WIRING", __name__)
    served.clear()
    app.configure_task(JOBS[0], queue="jobs", queueing_lock="one", allow_unknown=True).defer(key="one")
    timetable = Timetable()

    timetable.start()
    deadline = time.monotonic() + 20
    while not served and time.monotonic() < deadline:
        time.sleep(0.05)
    timetable.end(20)

    assert served == ["one"]
