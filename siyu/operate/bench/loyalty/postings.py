"""Single postings: 32 callers spend one point of a random member each time, through the service; then pgbench does the same writes."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psycopg

from siyu.lib.embedded.programs import binaries
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements

from .seeding import Pool

PROCESSES, THREADS = 2, 16  # 32 callers
SECONDS = 10.0
ROUNDS = 3
TIMEOUT_S = 120.0
_sql = statements("siyu.operate", "bench_loyalty")


class Single(NamedTuple):
    """Postings a second, ours and pgbench's; None where there is no pgbench."""

    per_s: float
    bare_per_s: float | None
    notes: list[str]


def measure(pool: Pool, environment: dict[str, str], seconds: float | None = None) -> Single:
    """Rounds of both alternate; the medians count. Refuses with `bench.broken` when a posting that was answered is not there."""
    seconds = seconds or SECONDS
    program = binaries() / "pgbench"
    bare: list[float] = []
    ours: list[float] = []
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(_sql.make_facts)
        for number in range(ROUNDS):
            ours.append(_by_callers(pool, environment, seconds, number, connection))
            if program.exists():
                bare.append(_by_pgbench(program, pool, environment["DATABASE_URL"], seconds, number))
        connection.execute("DROP TABLE bench_fact")
    callers = (
        f"postings: {PROCESSES} processes of {THREADS} threads, as a web server's; each spends 1 of a random member, own keys and instants"
    )
    notes = [
        callers,
        "callers of one process who ask at one moment share a transaction; pgbench's clients have one each",
        f"pgbench -M prepared -c {PROCESSES * THREADS} -j 2: {_script(0)}" if bare else "there is no pgbench beside the server",
    ]
    return Single(median(ours), median(bare) if bare else None, notes)


def _by_callers(pool: Pool, environment: dict[str, str], seconds: float, number: int, connection: psycopg.Connection) -> float:
    before = _operations(connection)
    program = [sys.executable, "-W", "ignore", "-m", "siyu.operate.bench.loyalty_caller"]
    command = [*program, str(PROCESSES), str(THREADS), str(seconds), str(pool.first), str(pool.last), str(number)]
    callers = subprocess.Popen(command, env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert callers.stdout is not None
        if callers.stdout.readline().strip() != "ready":
            raise Refusal("bench.broken", "the callers did not start")
        said = callers.communicate("go\n", timeout=TIMEOUT_S + seconds)[0].split()
    finally:
        callers.kill()
        callers.wait()
    if len(said) != 3:
        raise Refusal("bench.broken", f"the callers failed: {callers.returncode}")
    warm, done, taken = int(said[0]), int(said[1]), float(said[2])
    if _operations(connection) - before != warm + done:
        raise Refusal("bench.broken", "the ledger does not hold every posting that was answered")
    return done / taken


def _by_pgbench(program: Path, pool: Pool, dsn: str, seconds: float, number: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "spend.sql"
        script.write_text(f"\\set member random({pool.first}, {pool.last})\n\\set number random(1, 9000000000000000)\n{_script(number)};\n")
        clients = ["-c", str(PROCESSES * THREADS), "-j", "2", "-T", str(max(1, round(seconds)))]
        command = [str(program), "-n", "-M", "prepared", *clients, "-f", str(script), dsn]
        said = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S + seconds)
    found = re.search(r"^tps = ([\d.]+)", said.stdout, re.MULTILINE)
    if said.returncode or found is None or "number of failed transactions: 0 " not in said.stdout:
        raise Refusal("bench.broken", f"pgbench failed: {said.stderr.strip()[:300]}")
    return float(found[1])


def _script(number: int) -> str:
    """The statements as pgbench takes them, each on a line."""
    bare = "\n".join(line for line in _sql.spend_bare.splitlines() if not line.startswith("--"))
    return bare.replace("%(key)s", f"'bench {number} '").replace("%(member)s", ":member").replace("%(number)s", ":number")


def _operations(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM loyalty_operation WHERE kind = 'spend'").fetchone()
    assert row is not None
    return row[0]
