"""The writers of the ground: each verb is one transaction, or part of the caller's, and leaves one audit row."""

from ..rules import key_hash
from .alarms import clear_alarm, raise_alarm
from .audit import audit
from .keys import create_key, mark_key_used, revoke_key
from .login import admit, forget_attempts, leave
from .organisation import (
    archive_region,
    archive_shop,
    archive_store,
    change_shop,
    change_store,
    create_region,
    create_shop,
    create_store,
    ensure_shops,
    ensure_stores,
    rename_region,
    restore_region,
    restore_shop,
    restore_store,
)
from .settings import set_setting, withdraw_setting
from .staff import (
    NewStaff,
    archive_staff,
    change_password,
    change_preferences,
    change_staff,
    create_staff,
    reset_password,
    restore_staff,
)

__all__ = [
    "NewStaff",
    "admit",
    "archive_region",
    "archive_shop",
    "archive_staff",
    "archive_store",
    "audit",
    "change_password",
    "change_preferences",
    "change_shop",
    "change_staff",
    "change_store",
    "clear_alarm",
    "create_key",
    "create_region",
    "create_shop",
    "create_staff",
    "create_store",
    "ensure_shops",
    "ensure_stores",
    "forget_attempts",
    "key_hash",
    "leave",
    "mark_key_used",
    "raise_alarm",
    "rename_region",
    "reset_password",
    "restore_region",
    "restore_shop",
    "restore_staff",
    "restore_store",
    "revoke_key",
    "set_setting",
    "withdraw_setting",
]
