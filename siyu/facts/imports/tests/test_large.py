"""A million lines, and a process that is killed while it reads."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from siyu.facts.intake import Envelope, open_envelope

from .builders import HEADER, line

LINES = 1_000_000
CHILD = """
import os, resource, sys
import django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from siyu.facts.imports.services import Options, run
from siyu.merchant.rules import SYSTEM
"""


def child(code: str, *arguments: str, uri: str) -> subprocess.Popen:
    parts = conninfo_to_dict(uri)
    owner = f"host={parts['host']} dbname={parts['dbname']} user=postgres"
    environment = os.environ | {"DATABASE_URL": owner, "DJANGO_SETTINGS_MODULE": "siyu.settings"}
    return subprocess.Popen([sys.executable, "-c", CHILD + code, *arguments], env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_million_scattered_lines_need_little_memory(tmp_path: Path, clone: str) -> None:
    """Read and grouped as an import does; what orders cost to build is measured on real data."""
    path = tmp_path / "orders.csv"
    with open(path, "w", encoding="gbk") as file:
        file.write("订单号,付款时间,小计,手机号\n")
        for start in range(0, LINES, 1000):  # the two rows of an order stand 500 rows apart
            file.writelines(f"A{start + place % 500},2026-05-{1 + place % 28:02d} 10:00,12.34,\n" for place in range(1000))
    code = """
from dataclasses import replace
from siyu.facts.imports.kinds import KINDS
from siyu.facts.imports.kinds.kind import Built
from siyu.facts.imports.mapping import lay_out
from siyu.facts.imports.opening import open_table
from siyu.facts.imports.reading import Reading
from siyu.facts.imports.survey import survey
from siyu.facts.imports.tests.builders import terms

sizes = []
def build(rows, terms):
    sizes.append(len(rows))
    return Built("order", [], [])

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
kind = replace(KINDS["orders"], build=build)
table = open_table(Path(sys.argv[1]))
fields = lay_out(table.columns, kind.fields, {}).reader()
found = survey(table, kind, terms(), fields, lambda rows: None)
rows = sum(outcome.rows for outcome in Reading(table, kind, terms(), fields, found).outcomes())
print(found.rows, rows, len(sizes), set(sizes), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, sep=",")
"""
    output, _ = child(code, str(path), uri=clone).communicate(timeout=300)

    *told, megabytes = output.strip().split(",")
    assert told == [str(LINES), str(LINES), str(LINES // 2), "{2}"]
    assert int(megabytes) < 150


def test_an_import_that_is_killed_loses_and_doubles_nothing(tmp_path: Path, clone: str, owner: psycopg.Connection) -> None:
    orders, turns = 4_000, 3
    rows = [
        line(f"A{number}", sku=f"T{turn}", quantity="x" if number % 100 == 7 else 1) for turn in range(turns) for number in range(orders)
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n")
    code = """
from siyu.facts.imports import writing
writing.PORTION_FACTS = 50
print("ready", flush=True)
run(Path(sys.argv[1]), Options("orders"), by=SYSTEM, now=datetime(2026, 6, 1, tzinfo=UTC))
print("done", flush=True)
"""
    chance = random.Random(7)
    for _ in range(3):
        process = child(code, str(path), uri=clone)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        before = _progress(owner)
        deadline = time.monotonic() + 60
        while _progress(owner) <= before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.communicate()

    output, _ = child(code, str(path), uri=clone).communicate(timeout=120)

    assert output == "ready\ndone\n"
    envelopes = owner.execute("SELECT id, received_at, source_id, form, messages, done, payload FROM facts_inbox ORDER BY id").fetchall()
    keys = [item.incoming.key for row in envelopes for item in open_envelope(Envelope(*row, "CNY")) if item.incoming]
    assert sorted(keys) == sorted(f"order.paid:online:A{number}" for number in range(orders) if number % 100 != 7)
    assert owner.execute("SELECT rows, facts, rejected, status FROM facts_import").fetchall() == [(orders * turns, 3_960, 120, "done")]
    assert owner.execute("SELECT count(*), count(DISTINCT row) FROM facts_importreject").fetchone() == (120, 120)


def _progress(owner: psycopg.Connection) -> int:
    found = owner.execute("SELECT coalesce(max(rows_done), 0) FROM facts_import").fetchone()
    return found[0] if found else 0
