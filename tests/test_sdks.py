"""The official Segment SDKs, changed in nothing but the host, deliver every message exactly once through all that goes wrong.

Between SDK and server stands a wire that cuts the server's database connection twice (so that it answers 503) and
loses one answer; beside them a worker is killed with -9 three times in the middle of its work.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
import segment.analytics
from psycopg.conninfo import make_conninfo

from siyu.facts.ingest.flusher import APPLICATION
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import create_key

ROOT = Path(__file__).resolve().parent.parent
NODE = Path(sys.executable).parent / "node"
MESSAGES = 2_000
CUT_AFTER = (3, 9)  # accepted requests, after which the server loses its database
LOSE_ANSWER = 6  # the accepted request whose answer never reaches the sender
KILL_AT = (150, 600, 1_100)  # messages in the log
PATIENCE_S = 50.0

# a worker of small batches, so that every kill finds it at work
WORKER = """
import django; django.setup()
from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
import time
while True:
    if not pump(utc_now(), messages=200, largest=20).facts:
        time.sleep(0.02)
"""


class Wire:
    """Hands requests on to the server, and does the harm; `statuses` is what the SDK was told."""

    def __init__(self, port: int, owner: psycopg.Connection) -> None:
        self.port = port
        self.owner = owner
        self.statuses: list[int] = []
        self.cuts = 0
        self.turn = threading.Lock()

    def pass_on(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """The server's answer; None when it is to be lost."""
        with self.turn:
            status, answered, said = self._ask(path, headers, body)
            self.statuses.append(status)
            accepted = self.statuses.count(200) if status == 200 else 0
            if accepted in CUT_AFTER:
                self._cut()
            return None if accepted == LOSE_ANSWER else (status, answered, said)

    def _cut(self) -> None:
        found = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
        self.cuts += self.owner.execute(f"SELECT count(pg_terminate_backend(pid, 5000)) {found}", [APPLICATION]).fetchone()[0]

    def _ask(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()


@contextmanager
def wire(port: int, owner: psycopg.Connection) -> Iterator[tuple[str, Wire]]:
    line = Wire(port, owner)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = line.pass_on(self.path, dict(self.headers), body)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, said = answer
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender whose answer was lost hangs up in its own way."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", line
        finally:
            server.shutdown()


@pytest.fixture
def environment(clone: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": clone,
        "APP_DATABASE_URL": make_conninfo(clone, user="siyu_app"),
        "DJANGO_SETTINGS_MODULE": "siyu.settings",
    }


@pytest.fixture
def port(environment: dict[str, str]) -> Iterator[int]:
    """The real web server."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "siyu", "web", "--port", str(port)], cwd=ROOT, env=environment)
    try:
        wait_until(lambda: server.poll() is not None or _answers(port), 30)
        assert server.poll() is None
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Worker:
    """A pump in a process of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.kills = 0
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORKER], cwd=ROOT, env=self.environment)

    def kill(self) -> None:
        assert self.process.poll() is None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.kills += 1


def wait_until(is_so: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def with_python(host: str, key: str) -> None:
    client = segment.analytics.Client(key, host=host, on_error=lambda error, items: errors.append(error))
    errors: list[Any] = []
    for n in range(MESSAGES):
        client.track(f"user-{n % 50}", "Quiz Answered", {"n": n})
    client.shutdown()
    assert errors == []


def with_node(host: str, key: str) -> None:
    done = subprocess.run([NODE, ROOT / "tests/deliver.cjs", host, key, str(MESSAGES)], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr[-2000:]


NODE_MISSING = not (ROOT / "node_modules/@segment/analytics-node").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "deliver",
    [
        pytest.param(with_python, id="python"),
        pytest.param(with_node, id="node", marks=pytest.mark.skipif(NODE_MISSING, reason="no @segment/analytics-node: run `make dev`")),
    ],
)
def test_every_message_arrives_exactly_once(
    deliver: Callable[[str, str], None], port: int, environment: dict[str, str], owner: psycopg.Connection
):
    key = create_key(SYSTEM, "write", "sdk")

    def logged() -> int:
        return owner.execute("SELECT count(*) FROM facts_log WHERE name = 'Quiz Answered'").fetchone()[0]

    with wire(port, owner) as (host, line):
        sdk = threading.Thread(target=deliver, args=(host, key), daemon=True)
        sdk.start()
        worker = Worker(environment)
        try:
            for mark in KILL_AT:
                wait_until(lambda mark=mark: logged() >= mark)
                worker.kill()
                worker.start()
            sdk.join(PATIENCE_S)
            assert not sdk.is_alive()
            wait_until(lambda: owner.execute("SELECT count(*) FROM facts_inbox").fetchone()[0] == 0)
        finally:
            worker.kill()

    assert worker.kills == len(KILL_AT) + 1
    assert line.cuts == len(CUT_AFTER)
    assert set(line.statuses) == {200, 503}
    assert line.statuses.count(503) >= len(CUT_AFTER)
    numbers = Counter(row[0] for row in owner.execute("SELECT (properties->>'n')::int FROM facts_log WHERE name = 'Quiz Answered'"))
    assert numbers == Counter(range(MESSAGES))
    assert owner.execute("SELECT count(*) FROM facts_quarantine").fetchone() == (0,)
