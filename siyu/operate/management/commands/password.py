"""`siyu password USERNAME`: the way back in for who lost it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from siyu.lib.refusal import Refusal
from siyu.merchant.queries.organisation import staff
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import reset_password


class Command(BaseCommand):
    help = "Give a staff member a new random password; it is shown once and their sessions end."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [member for member in staff() if member.username == options["username"].strip().lower()]
        if not found:
            raise Refusal("staff.unknown", f"nobody works here under the user name {options['username']}")
        print(reset_password(SYSTEM, found[0].pk))
