"""The encrypted values of membership, under the newest key: addresses, pick-up codes, voucher codes."""

from siyu.lib.rotation import reencrypt
from siyu.lib.sql import statements

_sql = statements("siyu.membership", "rotation")


def renew() -> int:
    """Re-encrypt what older keys wrote; returns how many values."""
    pairs = (
        (_sql.old_addresses, _sql.renew_addresses),
        (_sql.old_pick_up_codes, _sql.renew_pick_up_codes),
        (_sql.old_vouchers, _sql.renew_vouchers),
    )
    return sum(reencrypt(old, renew) for old, renew in pairs)
