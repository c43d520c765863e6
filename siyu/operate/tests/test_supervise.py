"""Children are started again, given up, ended, and found again after a kill."""

import subprocess
import sys
import threading
import time

import psutil
import pytest

from siyu.lib.refusal import Refusal
from siyu.operate import supervise as room
from siyu.operate.supervise import Child, end_leftovers, supervise

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"


class Script(Child):
    """A child that runs a line of Python instead of a siyu command."""

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-c", *self.words], start_new_session=True, stdout=subprocess.PIPE)
        self.started_at = time.monotonic()


def nothing(*_):
    pass


def wait_until(holds, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(room, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(room, "LONGEST_PAUSE_S", 0.05)


@pytest.fixture
def watched(tmp_path):
    """Supervise children in a thread; stopped at the end."""
    stop, threads = threading.Event(), []

    def start(*children, tell=nothing):
        threads.append(threading.Thread(target=supervise, args=(list(children), stop, tmp_path / "note", nothing, tell)))
        threads[0].start()
        return stop

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_what_dies_is_started_again_and_told(quick, watched):
    child, told = Script("worker", ["import time; time.sleep(60)"]), []
    watched(child, tell=told.append)
    wait_until(lambda: child.process)
    first = child.process.pid

    child.process.kill()
    wait_until(lambda: child.process and child.process.pid != first)

    assert told == ["the worker ended (killed by SIGKILL) and starts again in 0 s"]


def test_what_never_lives_is_given_up_with_the_reason(quick, tmp_path):
    steady, broken = Script("web server", ["import time; time.sleep(60)"]), Script("worker", ["raise SystemExit(3)"])

    with pytest.raises(Refusal, match=r"the worker ended 5 times right after its start \(exit code 3\)"):
        supervise([steady, broken], threading.Event(), tmp_path / "note", nothing, nothing)

    assert steady.process.poll() is not None
    assert not (tmp_path / "note").exists()


def test_pauses_grow(monkeypatch):
    child, told = Script("worker", ["raise SystemExit(1)"]), []
    for _ in range(4):
        child.start()
        child.process.wait(10)
        child.look(told.append)

    assert [line.rsplit(" in ", 1)[1] for line in told] == ["1 s", "2 s", "4 s", "8 s"]


def test_what_does_not_heed_is_killed(quick, watched, monkeypatch):
    monkeypatch.setattr(room, "END_WITHIN_S", 0.3)
    child = Script("worker", [STUBBORN])
    stop = watched(child)
    wait_until(lambda: child.process)
    child.process.stdout.readline()

    stop.set()
    wait_until(lambda: child.process.poll() is not None)

    assert child.process.returncode == -9


def test_after_a_kill_the_note_leads_to_the_children(tmp_path):
    child = Script("web server", ["import time; time.sleep(60)"])
    child.start()
    room._remember([child], tmp_path / "note")

    assert end_leftovers(tmp_path / "note")

    assert child.process.poll() is not None
    assert not end_leftovers(tmp_path / "note")


def test_a_number_that_was_given_to_another_program_is_left_alone(tmp_path):
    stranger = Script("stranger", ["import time; time.sleep(60)"])
    stranger.start()
    born = psutil.Process(stranger.process.pid).create_time() - 3600
    (tmp_path / "note").write_text(f"[[{stranger.process.pid}, {born}]]")

    end_leftovers(tmp_path / "note")

    assert stranger.process.poll() is None
    stranger.process.kill()
    stranger.process.wait(10)
