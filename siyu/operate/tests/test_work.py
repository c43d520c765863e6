"""The worker's loop: takes what waits, rests when nothing does, and holds on when the database goes."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from siyu.facts.run import Report
from siyu.operate import supervise
from siyu.operate import work as loop
from siyu.operate.work import turn, work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def pumped(monkeypatch):
    """What the pump was asked, and what it answers: set `pumped.report`."""

    class Pumped(list):
        report = Report()

        def __call__(self, now, is_enough):
            self.append((now, is_enough))
            return self.report

    pumped = Pumped()
    monkeypatch.setattr(loop, "pump", pumped)
    return pumped


def put_envelope():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO facts_source (name, title, badge) VALUES ('test', '', '') RETURNING id")
        source = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO facts_inbox (received_at, source_id, form, messages, done, payload) VALUES (%s, %s, 'f', 1, 0, '')", [NOW, source]
        )


@pytest.mark.django_db
def test_an_idle_worker_only_looks(pumped):
    assert turn(NOW, is_time=False, stop=threading.Event()) == loop.LOOK_EVERY_S
    assert pumped == []


@pytest.mark.django_db
def test_what_waits_is_pumped_at_once_and_again_without_a_rest(pumped):
    put_envelope()
    pumped.report = Report(facts=1)

    assert turn(NOW, is_time=False, stop=threading.Event()) == 0
    assert [at for at, _ in pumped] == [NOW]


@pytest.mark.django_db
def test_a_run_of_the_pump_ends_when_the_worker_is_to_stop_or_has_lasted(pumped, monkeypatch):
    put_envelope()
    stop, clock = threading.Event(), iter((0.0, 1.0, loop.LASTING_S, 0.0, 1.0))
    monkeypatch.setattr(loop.time, "monotonic", lambda: next(clock))

    turn(NOW, is_time=False, stop=stop)
    assert [pumped[0][1](), pumped[0][1]()] == [False, True]

    turn(NOW, is_time=False, stop=stop)
    stop.set()
    assert pumped[1][1]()


@pytest.mark.django_db
def test_the_clock_alone_runs_what_is_due(pumped):
    assert turn(NOW, is_time=True, stop=threading.Event()) == loop.LOOK_EVERY_S
    assert len(pumped) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("report", [Report(stopped="pump.program"), Report(is_busy=True)])
def test_a_pump_that_stands_still_is_not_pressed(pumped, report):
    put_envelope()
    pumped.report = report

    assert turn(NOW, is_time=False, stop=threading.Event()) == loop.STANDING_STILL_S


def test_it_holds_on_when_the_database_fails_and_beats_again_afterwards(clone, monkeypatch):
    stop, answers, pauses = (
        threading.Event(),
        [OperationalError("server closed"), OperationalError("starting up"), RuntimeError("a fault")],
        [],
    )

    def pump(now, is_enough):
        if answers:
            raise answers.pop(0)
        return Report()

    def rest(seconds):
        pauses.append(seconds)
        if len(pauses) == 4:
            stop.set()

    monkeypatch.setattr(loop, "pump", pump)
    monkeypatch.setattr(stop, "wait", rest)
    at = iter(NOW + timedelta(seconds=n) for n in range(100))

    work(stop, lambda: next(at))

    assert pauses == [0.5, 1.0, 2.0, loop.LOOK_EVERY_S]
    with connection.cursor() as cursor:
        cursor.execute("SELECT beat_at FROM facts_pump")
        assert cursor.fetchone()[0] == NOW + timedelta(seconds=3)


def test_a_fault_that_stays_ends_the_process_so_that_a_fresh_one_may_do_better(clone, monkeypatch):
    stop, pauses = threading.Event(), []

    def pump(now, is_enough):
        raise ImportError("half a program")

    monkeypatch.setattr(loop, "pump", pump)
    monkeypatch.setattr(stop, "wait", pauses.append)

    with pytest.raises(ImportError):
        work(stop, lambda: NOW)

    assert sum(pauses) > supervise.QUICK_DEATH_S  # so that it never counts as a quick death
    assert len(pauses) == loop.MOST_FAULTS - 1


def test_beats_are_ten_seconds_apart(clone, monkeypatch, pumped):
    stop, beats = threading.Event(), []
    monkeypatch.setattr(loop, "beat", beats.append)
    seconds = iter(range(0, 26))

    def now():
        second = next(seconds)
        if second == 25:
            stop.set()
        return NOW + timedelta(seconds=second)

    monkeypatch.setattr(stop, "wait", lambda seconds: None)
    work(stop, now)

    assert [(at - NOW).seconds for at in beats] == [0, 10, 20]
