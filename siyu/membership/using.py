"""What was used of benefits, as other parts of this room ask it."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from siyu.lib.sql import statements

_sql = statements("siyu.membership", "benefits")


def used_since(members: Collection[int], since: datetime) -> int:
    """The value, in minor units, of the benefits that these members (one person) used since an instant."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.used_since, {"members": sorted(members), "since": since})
        return cursor.fetchone()[0]
