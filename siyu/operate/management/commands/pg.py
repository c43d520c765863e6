"""`siyu pg psql`, `siyu pg pg_dump …`: PostgreSQL's own programs on siyu's database, as its owner."""

import argparse
import os
import shutil
import subprocess
from typing import Any

from django.core.management.base import BaseCommand
from psycopg.conninfo import conninfo_to_dict

from siyu.lib.embedded.programs import binaries
from siyu.lib.refusal import Refusal

VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE", "sslmode": "PGSSLMODE"}


class Command(BaseCommand):
    help = "Run psql, pg_dump, pg_restore, createdb … on siyu's database; the embedded server runs as long as they do."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("program", help="psql, pg_dump, pg_restore, dropdb, createdb, vacuumdb …")
        parser.add_argument("words", nargs=argparse.REMAINDER, help="its own arguments")

    def handle(self, *args: Any, **options: Any) -> None:
        program = shutil.which(options["program"], path=f"{binaries()}{os.pathsep}{os.environ.get('PATH', '')}")
        if program is None:
            raise Refusal("pg.program", f"there is no program {options['program']}; {binaries()} lists them")
        given = conninfo_to_dict(os.environ["DATABASE_URL"])
        environment = {**os.environ, **{VARIABLES[name]: str(value) for name, value in given.items() if name in VARIABLES}}
        done = subprocess.run([program, *options["words"]], env=environment, check=False)
        raise SystemExit(done.returncode)
