"""`siyu web`: the web server alone, for installations that start their processes themselves."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from siyu.operate.parent import follow_parent
from siyu.operate.web import require_port, serve


class Command(BaseCommand):
    help = "Run the web server alone (pages, ingest endpoint, health check)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--processes", type=int, default=1, help="server processes, each with its own ingest writer")

    def handle(self, *args: Any, **options: Any) -> None:
        follow_parent()
        require_port(options["host"], options["port"])
        serve(options["host"], options["port"], options["processes"])
