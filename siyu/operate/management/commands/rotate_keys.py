"""`siyu rotate-keys`: a new key for personal values, and everything that older keys wrote under it. Run it again after an interruption."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from siyu.facts import rotation as facts
from siyu.lib.crypto import current_key, rotate
from siyu.members import rotation as members
from siyu.membership import rotation as membership
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import audit


class Command(BaseCommand):
    help = "Encrypt personal values under a new key, old ones too. Keep keys.json: backups made before still need its older keys."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--go-on", action="store_true", help="make no new key: finish a rotation that was interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        key = current_key() if options["go_on"] else rotate()
        renewed = facts.renew() + members.renew() + membership.renew()
        audit(SYSTEM, "keys.rotated", f"key:{key}", {"renewed": renewed})
        self.stdout.write(f"key {key} is in use; {renewed:,} values were re-encrypted")
