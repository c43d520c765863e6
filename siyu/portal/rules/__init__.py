"""The rules of the member centre: how codes are guarded, how long a session lives, what a profile may say."""

from .codes import ATTEMPTS, CODE_LIFE, DIGITS, JOIN_WITHIN, PER_ADDRESS, PER_HANDLE, Limit, kind_of, new_code, seconds_to_wait
from .profile import BIRTHDAY_PAUSE, GENDERS, Profile, birthday_fault, may_set_birthday, traits_of
from .sessions import LINK_LIFE, SEEN_EVERY, SESSION_LIFE, SOURCE, device_of, fits_target
from .settings import SETTINGS

__all__ = [
    "ATTEMPTS",
    "BIRTHDAY_PAUSE",
    "CODE_LIFE",
    "DIGITS",
    "GENDERS",
    "JOIN_WITHIN",
    "LINK_LIFE",
    "PER_ADDRESS",
    "PER_HANDLE",
    "SEEN_EVERY",
    "SESSION_LIFE",
    "SETTINGS",
    "SOURCE",
    "Limit",
    "Profile",
    "birthday_fault",
    "device_of",
    "fits_target",
    "kind_of",
    "may_set_birthday",
    "new_code",
    "seconds_to_wait",
    "traits_of",
]
