"""One-time codes: how long they hold, how often one may ask and guess.

With 10 codes a day and 5 guesses each, a stranger has one chance in 20,000 a day to guess a code of somebody's phone, and must
have made it ring ten times for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
ATTEMPTS = 5
JOIN_WITHIN = timedelta(minutes=30)  # from the proof of a newcomer's phone to the end of the form


class Limit(NamedTuple):
    """At most so many codes within a span."""

    codes: int
    within: timedelta


PER_HANDLE = (Limit(1, timedelta(seconds=50)), Limit(5, timedelta(hours=1)), Limit(10, timedelta(days=1)))
# a family, a shop or a whole mobile network may share an address
PER_ADDRESS = (Limit(10, timedelta(minutes=1)), Limit(40, timedelta(hours=1)), Limit(200, timedelta(days=1)))


def seconds_to_wait(asked: Sequence[datetime], limits: Sequence[Limit], now: datetime) -> int:
    """How long until another code may be asked for, given when earlier ones were; 0: now."""
    longest = 0
    for codes, within in limits:
        recent = sorted(at for at in asked if at > now - within)
        if len(recent) >= codes:
            longest = max(longest, int((recent[-codes] + within - now).total_seconds()) + 1)
    return longest


def kind_of(text: str) -> str:
    """Whether a person typed an e-mail address or a phone number."""
    return "email" if "@" in text or "＠" in text else "phone"


def new_code(random_below: int) -> str:
    """A number below a million as six digits."""
    return f"{random_below:0{DIGITS}d}"
