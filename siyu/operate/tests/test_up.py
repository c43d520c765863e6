"""The whole of `siyu up`, as processes: it serves, ends cleanly, and comes back after every kind of kill."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from siyu.lib import embedded

STARTS_WITHIN_S = 180


class House:
    """An installation of its own: a home folder, a port, and the `siyu up` that runs there."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.process: subprocess.Popen[str] | None = None

    def siyu(self, *words, **options):
        environment = {**os.environ, "SIYU_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "siyu.settings"}
        environment = {name: value for name, value in environment.items() if name not in ("DATABASE_URL", "APP_DATABASE_URL")}
        return subprocess.Popen([sys.executable, "-m", "siyu", *words], env=environment, text=True, **options)

    def run(self, *words):
        process = self.siyu(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=240)
        return process.returncode, out, err

    def up(self):
        with open(self.home / "output", "w") as output:
            self.process = self.siyu("up", "--port", str(self.port), "--processes", "1", stdout=output, stderr=subprocess.STDOUT)
        wait_until(lambda: "siyu runs at" in self.output, self)

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(120)

    @property
    def output(self):
        return (self.home / "output").read_text()

    def health(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
        try:
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()

    def family(self):
        """Every living process of ours that belongs to this house, by the words of its command line."""
        found = {}
        for process in psutil.process_iter(["cmdline", "status"]):
            line = " ".join(process.info["cmdline"] or ())
            if process.info["status"] != psutil.STATUS_ZOMBIE and (str(self.home) in line or f"--port {self.port}" in line):
                found[process.pid] = line
        return found

    def children(self):
        return [
            process for process in psutil.Process(self.process.pid).children(recursive=True) if process.status() != psutil.STATUS_ZOMBIE
        ]

    def database(self):
        wait_until(lambda: (server := embedded.running(self.home / "pg")) and server.status == "ready")
        return psycopg.connect(embedded.running(self.home / "pg").uri, dbname="siyu", autocommit=True)


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def wait_until(holds, house=None, seconds=STARTS_WITHIN_S):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, house.output if house else "waited in vain"
        assert house is None or house.process.poll() is None, house.output
        time.sleep(0.05)


@contextlib.contextmanager
def new_house():
    """A house whose last processes are gone afterwards, whatever the test did."""
    with tempfile.TemporaryDirectory(prefix="siyu-up-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        house = House(Path(folder))
        yield house
        for pid in house.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not embedded.running(house.home / "pg"))


@pytest.fixture
def house():
    with new_house() as house:
        yield house


@pytest.fixture(scope="module")
def prepared():
    """A house whose database is up to date, and that is closed: others are copies of it."""
    with new_house() as house:
        house.run("prepare")
        yield house


@contextlib.contextmanager
def copy_of(prepared):
    with new_house() as house:
        subprocess.run(["cp", "-a", f"{prepared.home}/.", house.home], check=True)  # with owners: the server may run as a user of its own
        yield house


@pytest.fixture
def settled(prepared):
    with copy_of(prepared) as house:
        yield house


@pytest.fixture(scope="module")
def running(prepared):
    """A house that is up, for what does not disturb it."""
    with copy_of(prepared) as house:
        house.up()
        yield house


def test_it_starts_serves_and_ends_with_nothing_left_and_starts_again_quickly(house):
    house.up()

    status, parts = house.health()
    assert (status, parts["web"], parts["database"], parts["worker"]) == (200, "live", "live", "live")
    assert stat.S_IMODE((house.home / "secret.key").stat().st_mode) == 0o600
    assert f"siyu runs at http://127.0.0.1:{house.port}" in house.output
    assert len(re.findall(r"log in as owner with the password (\S{10,})", house.output)) == 1

    assert house.end() == 0
    assert house.output.rstrip().endswith("stopped")
    assert "Traceback" not in house.output
    assert house.family() == {}

    began = time.monotonic()
    house.up()
    assert time.monotonic() - began < 20
    assert "with the password" not in house.output
    assert house.end(signal.SIGTERM) == 0
    assert house.family() == {}


def test_it_comes_back_after_everything_was_killed_at_once(settled):
    settled.up()
    with settled.database() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    postmaster = psutil.Process(embedded.running(settled.home / "pg").pid)

    for process in [psutil.Process(settled.process.pid), *settled.children(), *postmaster.children(), postmaster]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    settled.process.wait(10)
    settled.up()

    with settled.database() as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)
    assert settled.end() == 0
    assert settled.family() == {}


def test_it_comes_back_after_only_the_head_was_killed(settled):
    settled.up()
    before = {process.pid for process in settled.children()}
    settled.process.kill()
    settled.process.wait(10)

    settled.up()

    assert not before & {process.pid for process in settled.children()}
    assert settled.end() == 0
    assert settled.family() == {}


def test_a_killed_child_and_a_killed_server_are_started_again(settled):
    settled.up()
    worker = next(process for process in settled.children() if "worker" in process.cmdline())
    postmaster = embedded.running(settled.home / "pg").pid

    worker.kill()
    os.kill(postmaster, signal.SIGKILL)
    wait_until(lambda: (server := embedded.running(settled.home / "pg")) and server.pid != postmaster, settled)
    wait_until(lambda: "the worker ended (killed by SIGKILL)" in settled.output, settled)
    with settled.database() as connection:
        connection.execute("UPDATE facts_pump SET beat_at = NULL")
    wait_until(lambda: settled.health()[0] == 200, settled)

    assert settled.end() == 0
    assert settled.family() == {}


def test_a_second_up_in_the_same_home_is_refused(running):
    code, _, err = running.run("up", "--port", str(free_port()))

    assert code == 2
    assert re.fullmatch(r"siyu: siyu is already running from \S+ \(process \d+\); stop it first, or set another SIYU_HOME\n", err)
    assert running.health()[0] == 200


def test_a_lost_password_is_replaced(running):
    code, out, _ = running.run("password", "owner")
    unknown = running.run("password", "nobody")

    assert (code, len(out.strip()) >= 10) == (0, True)
    assert unknown[0] == 2
    assert "nobody works here under the user name nobody" in unknown[2]


def test_a_busy_port_is_one_line_and_nothing_is_left(house):
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port))
        other.listen(1)

        code, _, err = house.run("up", "--port", str(house.port))

    assert code == 2
    assert err == f"siyu: port {house.port} is in use by another program; stop it, or choose another with --port\n"
    assert house.family() == {}


def test_a_backup_comes_back_in_another_home(settled, prepared):
    dump = settled.home / "siyu.dump"
    settled.run("write-key", "shop")
    assert settled.run("pg", "pg_dump", "-Fc", "-f", str(dump))[0] == 0

    with copy_of(prepared) as other:
        other.run("pg", "dropdb", "siyu")
        assert other.run("pg", "pg_restore", "--exit-on-error", "-d", "siyu", str(dump)) == (0, "", "")
        assert other.run("pg", "psql", "-Atc", "SELECT name FROM merchant_key")[1] == "shop\n"
        assert other.run("prepare")[1] == "the database is up to date\n"


def test_any_command_finds_a_new_home_prepared(house):
    code, _, err = house.run("password", "nobody")

    assert (code, err) == (2, "siyu: nobody works here under the user name nobody\n")
    assert house.family() == {}


def test_a_home_of_another_postgresql_is_one_line(house):
    (house.home / "pg").mkdir()
    (house.home / "pg/PG_VERSION").write_text("16\n")

    code, _, err = house.run("up")

    assert code == 2
    assert "made by PostgreSQL 16, this siyu brings 18; dump it" in err
    assert err.count("\n") == 1
