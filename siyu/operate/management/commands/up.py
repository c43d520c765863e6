"""`siyu up`: everything, in one command."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console

from siyu.operate.up import Address, up


class Command(BaseCommand):
    help = "Start database, web and worker, keep them running, and end them with Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all (set SIYU_HOSTS too)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--processes", type=int, default=1 if (os.cpu_count() or 1) < 4 else 2, help="web server processes")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(highlight=False, soft_wrap=True)
        up(Address(options["host"], options["port"]), options["processes"], lambda line: console.print(line, markup=False))
