"""`siyu bench NAME`: one file in `operate/bench/`, one bench; it works in a database of its own and drops it."""

from argparse import ArgumentParser
from importlib import import_module
from typing import Any

import msgspec
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from siyu.lib.refusal import Refusal
from siyu.operate.bench.result import Result

BENCHES = ("pump", "ingest", "loyalty", "automation")
MOST_FACTS = 20_000_000
MOST_MEMBERS = 2_000_000  # of a pool in which each has facts: some 12 kB of disk a member


class Command(BaseCommand):
    help = (
        "Measure this machine's speed against its own limits, durably. pump: inbox to log with all reactions; ingest: HTTP to inbox; "
        "loyalty: postings, earning, tiers and expiry; automation: audiences, journeys and the outbox."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=BENCHES)
        parser.add_argument("--facts", type=int, help="messages of the corpus, members of the pool (the bench's own default otherwise)")
        parser.add_argument("--members", type=int, help="members of the pool, of the bench automation (as many as --facts otherwise)")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        facts, members = options["facts"], options["members"]
        if facts is not None and not 1_000 <= facts <= MOST_FACTS:
            raise Refusal("bench.facts", f"--facts is a number from 1,000 to {MOST_FACTS:,}")
        if members is not None and (options["name"] != "automation" or not 1_000 <= members <= MOST_MEMBERS):
            raise Refusal("bench.members", f"--members, of the bench automation, is a number from 1,000 to {MOST_MEMBERS:,}")
        bench = import_module(f"siyu.operate.bench.{options['name']}")
        pool = {} if members is None else {"members": members}
        result = bench.run(facts or bench.FACTS, **pool)
        if options["json"]:
            self.stdout.write(msgspec.json.encode(result).decode())
        else:
            _show(result)


def _show(result: Result) -> None:
    console = Console()
    table = Table(title=f"siyu bench {result.bench}", show_header=False)
    for name, value in result.figures.items():
        table.add_row(name, f"{value:,.0f}" if value >= 100 else f"{value:,}")
    table.add_section()
    for name, value in result.ratios.items():
        table.add_row(name, f"{value:,.3f}", style="bold")
    console.print(table)
    for note in result.notes:
        console.print(note, style="dim", highlight=False, markup=False)
    machine = ", ".join(f"{name} {value}" for name, value in result.machine.items())
    console.print(f"machine: {machine}", style="dim", highlight=False, markup=False)
