"""From a fact that is recorded to the journey that it enters, while the worker lives as it does in production under load; and its rest."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import psutil
import psycopg
from django.db import connections

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_id
from siyu.lib.clock import utc_now
from siyu.lib.crypto import encrypt
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements

from ..corpus import Corpus
from .programme import PROBE

SECONDS, IDLE_SECONDS = 20.0, 20.0
SHARE = 0.5  # of the speed that was measured
PROBE_EVERY = 0.2
LOOK_EVERY = 0.02
PATIENCE = 180.0  # seconds for what was recorded to be pumped
_sql = statements("siyu.operate", "bench_automation")


class Latency(NamedTuple):
    """Seconds from record to entry, how many were probed, the load, and the worker's share of a core when nothing happens."""

    p50: float
    p95: float
    probes: int
    facts_per_s: float
    idle_share: float


def measure(corpus: Corpus, facts_per_s: float, environment: dict[str, str]) -> Latency:
    """Feed bodies at half the speed that was measured, and probe. Refusal: `bench.broken` when a probe never enters."""
    load = max(facts_per_s * SHARE, corpus.size)
    sent: dict[str, float] = {}
    entered: dict[str, float] = {}
    with _worker(environment) as worker, psycopg.connect(environment["DATABASE_URL"], autocommit=True) as look:
        _warm(look)
        bodies = corpus.bodies()
        began = time.perf_counter()
        fed = 0
        next_probe = began
        while (at := time.perf_counter()) - began < SECONDS:
            due = int((at - began) * load / corpus.size) - fed
            fed += _feed(look, list(islice(bodies, min(max(due, 0), 200))))
            if at >= next_probe:
                key = f"probe-{len(sent)}"
                sent[key] = time.perf_counter()
                _probe(key)
                next_probe += PROBE_EVERY
            _see(look, sent, entered)
            time.sleep(LOOK_EVERY)
        until = time.perf_counter() + PATIENCE
        while len(entered) < len(sent) and time.perf_counter() < until:
            _see(look, sent, entered)
            time.sleep(LOOK_EVERY)
        if len(entered) < len(sent):
            raise Refusal("bench.broken", f"of {len(sent)} probes only {len(entered)} entered their journey")
        idle = _idle(worker, look)
    took = np.array([entered[key] - sent[key] for key in sent])
    fast, slow = np.percentile(took, [50, 95])
    return Latency(float(fast), float(slow), len(sent), fed * corpus.size / SECONDS, idle)


def _warm(look: psycopg.Connection) -> None:
    """Wait until the worker has started: the first probe enters. Refusal: `bench.broken`."""
    _probe("warm")
    seen: dict[str, float] = {}
    until = time.perf_counter() + PATIENCE
    while not seen:
        if time.perf_counter() > until:
            raise Refusal("bench.broken", "the worker does not let the first probe in")
        _see(look, {"warm": 0.0}, seen)
        time.sleep(LOOK_EVERY)


def _feed(connection: psycopg.Connection, bodies: list[bytes]) -> int:
    if bodies:
        now, source = utc_now(), source_id("web")
        with connection.cursor() as cursor, cursor.copy(_sql.copy_inbox) as copy:
            for body in bodies:
                copy.write_row((now, source, "s", body.count(b'"messageId"'), 0, encrypt(body)))
    return len(bodies)


def _probe(key: str) -> None:
    now = utc_now()
    fact = Incoming(name=PROBE, occurred_at=now, message=key, handles=[Handle("user_id", key)], properties={"probe": key})
    record([fact], source="web", received_at=now)


def _see(connection: psycopg.Connection, sent: dict[str, float], entered: dict[str, float]) -> None:
    for (key,) in connection.execute(_sql.probed):
        if key in sent and key not in entered:
            entered[key] = time.perf_counter()


def _idle(worker: psutil.Process, connection: psycopg.Connection) -> float:
    """The share of a core that the worker takes when all is done and nothing comes."""
    connection.execute(_sql.withdraw)
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until and connection.execute(_sql.waiting).fetchone()[0]:  # type: ignore[index]
        time.sleep(0.5)
    connections["default"].close()
    before, began = _cpu(worker), time.perf_counter()
    time.sleep(IDLE_SECONDS)
    return (_cpu(worker) - before) / (time.perf_counter() - began)


def _cpu(worker: psutil.Process) -> float:
    total = 0.0
    for process in (worker, *worker.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


@contextmanager
def _worker(environment: dict[str, str]) -> Iterator[psutil.Process]:
    """The worker as `siyu worker` starts it, on the bench's database."""
    process: Any = subprocess.Popen(
        [sys.executable, "-m", "siyu", "worker"], env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
