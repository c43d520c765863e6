"""`siyu import`: orders, members, products or facts from a file, with every row accounted for."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from siyu.facts.imports.draining import Drained, drain
from siyu.facts.imports.kinds import KINDS, PRESETS
from siyu.facts.imports.mapping import parse_pairs, read_mapping
from siyu.facts.imports.queries import quarantined
from siyu.facts.imports.services import Options, Result, run
from siyu.facts.services import source_id
from siyu.lib.clock import EPOCH, utc_now
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM
from siyu.operate.prepare import prepare

STAGES = {"look": "looking through the file", "read": "reading rows", "pump": "bringing facts in"}
MEANING = f"""Bring in a file of orders, members, products or facts: CSV (UTF-8, GBK), Parquet or Excel.

Columns are found by the names that shops use in Chinese and English; --map says the rest (field=Column,…, an empty column switches a
guess off). Every row ends in a fact or among the rejects, with its number and the reason. A killed run goes on where it was; the same
file again adds nothing, and an order that another file or the shop told before is not added twice (--correct lets it take over what
this file says).

Presets: {", ".join(PRESETS)}. Fields by kind:
""" + "\n".join(f"  {name}: {', '.join(field.name for field in kind.fields)}" for name, kind in KINDS.items())


class Command(BaseCommand):
    help = MEANING

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", default="", metavar="FIELD=COLUMN,…", help="which column is which field")
        parser.add_argument("--mapping", type=Path, help="the same in a JSON or TOML file")
        parser.add_argument("--preset", default="", choices=["", *PRESETS], help="a layout that is known")
        parser.add_argument("--shop", default="", help="code of the shop the orders were made in")
        parser.add_argument("--source", default="", help="the name their figures are kept under (import.KIND)")
        parser.add_argument("--currency", default="", help="must be the merchant's")
        parser.add_argument("--zone", default="", help="time zone of times that name none (the merchant's)")
        parser.add_argument("--encoding", default="", help="of a CSV, where it is not found out")
        parser.add_argument("--sheet", default="", help="of an Excel file (the first)")
        parser.add_argument("--dates", default="", choices=["", "dmy", "mdy"], help="how 3/4/2024 is meant")
        parser.add_argument("--earn", action="store_true", help="these orders earn points and growth; otherwise history earns nothing")
        parser.add_argument("--correct", action="store_true", help="orders that are known already take over what this file says of them")
        parser.add_argument("--dry-run", action="store_true", help="read everything, write nothing, say what would happen")
        parser.add_argument("--strict", action="store_true", help="exit with 1 when a row was rejected or a fact set aside")

    def handle(self, *args: Any, **said: Any) -> None:
        console = Console(highlight=False, soft_wrap=True)
        prepare()
        if not said["dry_run"]:
            install_default_programme(SYSTEM, EPOCH.date())
        mapping = (read_mapping(said["mapping"]) if said["mapping"] else {}) | parse_pairs(said["map"])
        names = ("kind", "preset", "shop", "source", "currency", "zone", "encoding", "sheet")
        ways = {"day_order": said["dates"], "earns": said["earn"], "corrects": said["correct"], "is_dry": said["dry_run"]}
        options = Options(**{name: said[name] for name in names}, mapping=mapping, **ways)
        now = utc_now()
        with _bar(console) as bar:
            result = run(said["file"], options, by=SYSTEM, now=now, progress=bar)
            drained = Drained() if options.is_dry else drain(utc_now, lambda done, of: bar("pump", done, of))
        aside = 0 if options.is_dry or result.started_at is None else quarantined(source_id(options.source_name), result.started_at)
        _tell(console, result, drained, aside)
        if drained.because or (said["strict"] and (result.rejected or aside)):
            raise SystemExit(1)


@contextmanager
def _bar(console: Console) -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, of: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(STAGES[stage], total=of)
            bar.update(tasks[stage], completed=done, total=of)

        yield tell


def _tell(console: Console, result: Result, drained: Drained, aside: int) -> None:
    for note in result.notes:
        console.print(note, markup=False)
    reading = result.reading
    console.print(f"{result.file_name}: {reading['format']} {reading['encoding']}".rstrip(), markup=False)
    console.print("columns: " + ", ".join(f"{field} ← {column}" for field, column in reading["mapping"].items()), markup=False)
    if reading["left_out"]:
        console.print("columns that no field takes, left out: " + ", ".join(reading["left_out"]), markup=False)
    console.print(_account(result, aside))
    for number, code, because in result.sample:
        console.print(f"  row {number}: {code}: {because}", markup=False)
    if result.rejected:
        console.print(f"{result.rejected:,} rows were REJECTED and are kept with their reasons", style="bold red")
    if aside:
        console.print(f"{aside:,} facts were set aside in the quarantine", style="bold red")
    if drained.because:
        console.print(f"{drained.waiting:,} facts still wait: {drained.because}", style="bold red", markup=False)


def _account(result: Result, aside: int) -> Table:
    """Every row of the file, once."""
    table = Table(title="would be imported" if result.is_dry else "import", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for destination, rows in sorted(result.destinations.items()):
        table.add_row(f"rows of {destination} facts", f"{rows:,}")
    for code, rows in result.reasons.most_common():
        table.add_row(f"rows rejected: {code}", f"{rows:,}")
    table.add_row("rows in all", f"{result.rows:,}", style="bold", end_section=True)
    table.add_row("facts", f"{result.facts:,}")
    if result.known:
        table.add_row("facts that were known before", f"{result.known:,}")
    if aside:
        table.add_row("facts set aside in the quarantine", f"{aside:,}")
    return table
