"""Make a database ready for this version of the program: role, migrations, partitions, grants. Safe to repeat."""

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from siyu.facts.tasks import make_partitions
from siyu.lib.grants import create_role, grant


def prepare() -> bool:
    """Bring the database that settings point to up to date, as its owner; tells whether anything was migrated."""
    owner = connections["owner"]
    owner.ensure_connection()
    create_role(owner.connection, settings.APP_ROLE)
    waiting = waiting_migrations()
    if waiting:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    make_partitions()
    grant(owner.connection, settings.APP_ROLE)
    return bool(waiting)


def waiting_migrations() -> list[str]:
    """The migrations this version brings and the database does not have: `facts.0002_partitions`."""
    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
