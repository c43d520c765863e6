"""The encrypted values of the log's room, under the newest key: tokens, inbox, quarantine, rejected lines."""

from siyu.lib.rotation import reencrypt
from siyu.lib.sql import statements

_sql = statements("siyu.facts", "rotation")


def renew() -> int:
    """Re-encrypt what older keys wrote; returns how many values."""
    return (
        reencrypt(_sql.old_personal, _sql.renew_personal)
        + reencrypt(_sql.old_inbox, _sql.renew_inbox)
        + reencrypt(_sql.old_quarantine, _sql.renew_quarantine)
        + reencrypt(_sql.old_rejects, _sql.renew_rejects)
    )
