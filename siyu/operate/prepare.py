"""Make a database ready for this version of the program: role, migrations, partitions, grants. Safe to repeat."""

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from siyu.lib.grants import create_role, grant


def prepare() -> None:
    """Bring the database that settings point to up to date, as its owner."""
    owner = connections["owner"]
    owner.ensure_connection()
    create_role(owner.connection, settings.APP_ROLE)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    grant(owner.connection, settings.APP_ROLE)
