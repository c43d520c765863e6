"""The encrypted values of the people's room, under the newest key: handles."""

from siyu.lib.rotation import reencrypt
from siyu.lib.sql import statements

_sql = statements("siyu.members", "rotation")


def renew() -> int:
    """Re-encrypt what older keys wrote; returns how many values."""
    return reencrypt(_sql.old_identities, _sql.renew_identities)
