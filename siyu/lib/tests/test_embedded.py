"""The embedded server: who keeps it, what stops it, and what it says when it cannot run."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from siyu.lib import embedded
from siyu.lib.embedded import folder as data_folder
from siyu.lib.postgres import sensible_options, start_embedded
from siyu.lib.refusal import Refusal

USER = """
import sys, time
from pathlib import Path
from siyu.lib.postgres import start_embedded
print(start_embedded(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place():
    """A short path for a data folder; whatever still runs there afterwards is stopped."""
    with tempfile.TemporaryDirectory(prefix="siyu-pg-") as made:
        os.chmod(made, 0o711)
        yield Path(made) / "pg"
        embedded.leave(Path(made) / "pg")
        if left := embedded.running(Path(made) / "pg"):
            psutil.Process(left.pid).send_signal(signal.SIGQUIT)
            wait_until(lambda: not embedded.running(Path(made) / "pg"))


def wait_until(holds, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def user_of(place):
    """Another process that uses the server until its standard input closes."""
    process = subprocess.Popen([sys.executable, "-c", USER, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline()
    return process


def test_the_last_to_leave_stops_the_server(place):
    first, second = user_of(place), user_of(place)

    first.communicate(timeout=60)
    assert embedded.running(place)

    second.communicate(timeout=60)
    assert not embedded.running(place)


def test_a_killed_user_keeps_nothing_alive(place):
    killed, other = user_of(place), user_of(place)

    killed.kill()
    killed.wait(10)
    other.communicate(timeout=60)

    assert not embedded.running(place)


def test_a_killed_server_is_recovered_with_what_was_committed(place):
    with psycopg.connect(start_embedded(place)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    server = psutil.Process(embedded.running(place).pid)
    server.kill()
    wait_until(lambda: not embedded.running(place))

    with psycopg.connect(start_embedded(place)) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)


def test_a_pid_file_that_names_another_program_is_stale(place):
    start_embedded(place)
    lines = (place / "postmaster.pid").read_text()
    embedded.leave(place)
    (place / "postmaster.pid").write_text(lines.replace(lines.split()[0], str(os.getpid()), 1))

    assert not embedded.running(place)
    with psycopg.connect(start_embedded(place)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_server_is_durable_and_logs_no_values(place):
    with psycopg.connect(start_embedded(place), autocommit=True) as connection:
        shown = {name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0] for name in ("fsync", "synchronous_commit")}
        connection.execute("CREATE TABLE people (phone text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('13800005678')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('13800005678')")

    assert shown == {"fsync": "on", "synchronous_commit": "on"}
    log = (place / "log").read_text()
    assert "duplicate key" in log
    assert "5678" not in log


def test_options_follow_the_size_of_the_machine():
    assert sensible_options(1 * 1024**3)["shared_buffers"] == "128MB"
    assert sensible_options(64 * 1024**3)["shared_buffers"] == "2048MB"


def test_a_folder_of_another_version_is_refused(place):
    place.mkdir()
    (place / "PG_VERSION").write_text("16\n")

    with pytest.raises(Refusal, match="made by PostgreSQL 16, this siyu brings 18"):
        start_embedded(place)


def test_a_full_disk_is_told_before_the_start(place, monkeypatch):
    monkeypatch.setattr(data_folder, "LEAST_FREE_BYTES", 1 << 62)

    with pytest.raises(Refusal, match="MB are free"):
        start_embedded(place)


def test_a_server_that_cannot_start_shows_the_last_line_of_its_log(place):
    start_embedded(place)
    embedded.leave(place)
    with open(place / "postgresql.conf", "a") as file:
        file.write("shared_buffers = 'plenty'\n")

    with pytest.raises(Refusal, match=r"did not start .*contains errors"):
        start_embedded(place)


def test_a_long_path_puts_the_socket_elsewhere_closed_to_others(place):
    deep = place.parent / ("d" * 60) / ("e" * 60) / "pg"
    deep.parent.mkdir(parents=True)

    with psycopg.connect(start_embedded(deep)) as connection:
        socket = Path(connection.info.host)
        assert socket.parent == Path(tempfile.gettempdir())
        assert socket.stat().st_mode & 0o077 == 0

    embedded.leave(deep)
    assert not socket.exists()


def test_where_every_path_is_too_long_the_reason_is_told(place, monkeypatch):
    deep = place.parent / ("d" * 60) / ("e" * 60) / "pg"
    monkeypatch.setattr(data_folder.tempfile, "gettempdir", lambda: "/tmp/" + "t" * 100)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)

    with pytest.raises(Refusal, match=r"too long for a socket .* set SIYU_HOME to a shorter path"):
        data_folder.socket_folder(deep)
