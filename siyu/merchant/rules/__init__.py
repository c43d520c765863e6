"""Pure words of the ground floor that every room above uses."""

from .access import (
    ACTOR_KINDS,
    PERMISSIONS,
    PERMISSIONS_KNOWN,
    REACHES,
    SYSTEM,
    WHOLE,
    Actor,
    Reach,
    Role,
    Scope,
    Viewer,
    scope_of,
)
from .keys import KEY_PREFIXES, key_hash
from .login import PER_ADDRESS, PER_NAME, WINDOW, address_group, must_wait
from .posting import Posting, may_make, posting_of
from .settings import SETTINGS, Setting, read_setting, setting_fault, write_setting
from .words import LANGUAGES, SHOP_KINDS, THEMES, Fault, fits_name, fits_username

__all__ = [
    "ACTOR_KINDS",
    "KEY_PREFIXES",
    "LANGUAGES",
    "PERMISSIONS",
    "PERMISSIONS_KNOWN",
    "PER_ADDRESS",
    "PER_NAME",
    "REACHES",
    "SETTINGS",
    "SHOP_KINDS",
    "SYSTEM",
    "THEMES",
    "WHOLE",
    "WINDOW",
    "Actor",
    "Fault",
    "Posting",
    "Reach",
    "Role",
    "Scope",
    "Setting",
    "Viewer",
    "address_group",
    "fits_name",
    "fits_username",
    "key_hash",
    "may_make",
    "must_wait",
    "posting_of",
    "read_setting",
    "scope_of",
    "setting_fault",
    "write_setting",
]
