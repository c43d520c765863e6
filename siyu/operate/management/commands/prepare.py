"""`siyu prepare`: bring the database up to date without starting anything."""

from typing import Any

from django.core.management.base import BaseCommand

from siyu.operate.prepare import prepare


class Command(BaseCommand):
    help = "Bring the database up to date: role, migrations, rights."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        print("the database is up to date" if not prepare() else "the database was brought up to date")
