"""`siyu write-key NAME`: a new key for the ingest endpoint."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import create_key


class Command(BaseCommand):
    help = "Make a write key for the ingest endpoint; it is printed this once and only its hash is kept."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what will send with it: web-shop")
        parser.add_argument("--source", default="", help="what its facts are said to come from (default: the name)")

    def handle(self, *args: Any, **options: Any) -> None:
        print(create_key(SYSTEM, "write", options["name"], source=options["source"]))
