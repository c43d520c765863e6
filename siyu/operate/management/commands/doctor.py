"""`siyu doctor`: what is wrong with this installation, and what to do about it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from siyu.lib.clock import utc_now
from siyu.operate.doctor import examine
from siyu.operate.up import Address

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


class Command(BaseCommand):
    help = "Check Python, home folder, disk, keys, database, rights, migrations, pump, worker and port; exit 1 when something fails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        table = Table("check", "", "found", "what to do", box=None, header_style="bold")
        findings = list(examine(utc_now(), Address(options["host"], options["port"])))
        for finding in findings:
            table.add_row(finding.check, f"[{COLOURS[finding.state]}]{finding.state}[/]", finding.found, finding.remedy)
        Console().print(table)
        if any(finding.state == "fail" for finding in findings):
            raise SystemExit(1)
