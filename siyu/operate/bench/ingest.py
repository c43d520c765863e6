"""`siyu bench ingest`: messages acknowledged durably over HTTP, beside COPY of the same bodies by the same clients.

Rounds of both alternate in one run; the ratio is the median of the rounds' ratios, so that a disturbed round does not count.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from django.db import connections

from siyu.lib.crypto import decrypt
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import create_key

from . import clients
from .corpus import Corpus
from .place import own_database
from .result import Result, machine

FACTS = 300_000
CLIENTS = 16
ROUNDS = 5
SIZE = 100  # messages a body
HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 15.0

_sql = statements("siyu.operate", "bench_ingest")


def run(facts: int = FACTS, *, number_of_clients: int = CLIENTS, rounds: int | None = None) -> Result:
    """Measure; refuses with `bench.broken` when a message that was acknowledged is not in the inbox as it was sent."""
    with own_database("ingest") as environment:
        on = machine()
        key = create_key(SYSTEM, "write", "bench")
        _execute(_sql.make_raw)
        rounds = rounds or ROUNDS
        bodies = list(Corpus(facts=facts, size=SIZE, write_key=key).bodies())
        parts = [bodies[number::rounds] for number in range(rounds)]
        with _server(environment) as port:
            over_http = clients.http(HOST, port, key)
            raw = clients.copy(environment["DATABASE_URL"], _sql.copy_raw)
            for open_one in (raw, over_http):  # connections, caches, the first pages of each table
                clients.deliver_all(bodies[:200], number_of_clients, open_one)
            measured = [_round(part, number_of_clients, raw, over_http, is_odd=bool(number % 2)) for number, part in enumerate(parts)]
    return _result(on, len(bodies), facts, number_of_clients, measured)


def _round(
    bodies: Sequence[bytes], number_of_clients: int, raw: clients.Open, over_http: clients.Open, *, is_odd: bool
) -> tuple[float, float]:
    """Messages a second: of raw COPY, over HTTP. Who goes first changes from round to round."""
    _execute(_sql.empty_both)
    seconds = {}
    for open_one in (over_http, raw) if is_odd else (raw, over_http):
        seconds[open_one] = clients.deliver_all(bodies, number_of_clients, open_one)
    _require_whole(bodies)
    messages = sum(body.count(b'"messageId"') for body in bodies)
    return messages / seconds[raw], messages / seconds[over_http]


def _require_whole(bodies: Sequence[bytes]) -> None:
    if _one(_sql.count_raw) != (len(bodies), sum(map(len, bodies))):
        raise Refusal("bench.broken", "the raw table does not hold what was copied")
    if _one(_sql.count_inbox) != (sum(body.count(b'"messageId"') for body in bodies), len(bodies)):
        raise Refusal("bench.broken", "the inbox does not hold every message that was acknowledged")
    sent = frozenset(bodies)
    with connections["default"].cursor() as cursor:
        cursor.execute(_sql.some_payloads)
        if not all(decrypt(payload) in sent for (payload,) in cursor.fetchall()):
            raise Refusal("bench.broken", "the inbox holds a body that nobody sent")


def _result(on: dict, bodies: int, facts: int, number_of_clients: int, measured: list[tuple[float, float]]) -> Result:
    raw, over_http = (median(each) for each in zip(*measured, strict=True))
    return Result(
        bench="ingest",
        machine=on,
        figures={
            "messages": facts,
            "bodies": bodies,
            "clients": number_of_clients,
            "rounds": len(measured),
            "messages_per_s": round(over_http),
            "raw_copy_per_s": round(raw),
        },
        ratios={"of_raw_copy": round(median(http / copy for copy, http in measured), 3)},
        notes=[
            f"limit: {_sql.make_raw}",
            f"limit: COPY BINARY of one body ({SIZE} messages) and one commit each, by {number_of_clients} connections",
            "ours: POST /v1/batch to granian with one process; encrypted, group-committed, answered after the commit",
        ],
    )


@contextmanager
def _server(environment: dict[str, str]) -> Iterator[int]:
    """The product's own web server in a process of its own."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port = trial.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "siyu", "web", "--host", HOST, "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        _wait_for(process, port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Refusal("bench.server", "the web server did not start; `siyu web` says why")


def _execute(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def _one(statement: str) -> tuple:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return tuple(map(int, cursor.fetchone()))
