"""What providers tell of messages they took: delivered or not, late, complained of, and what people replied.

A channel's `hear(body)` gives it as `Heard`, or its `collect(…)` fetches it.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

MAX_BODY = 1_000_000  # bytes of one report
MAX_ITEMS = 1_000  # of one report
MAX_REPLY = 1_000  # characters that are kept of a reply
# what people reply who want no more: 拒收请回复R and 退订回T, in part or whole, and the words that carriers abroad ask for
_STOP = re.compile(
    r"(拒收|退订|取消订阅)?请?(回复?)?(R|TD?|QX|退订|拒收|取消订阅)|(R|TD?|QX)(退订|拒收)"
    r"|STOP(ALL)?|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT"
)
_NOISE = re.compile(r"[\W_]+")


class UnreadableError(ValueError):
    """A report that cannot be read at all."""


class UnreachableError(Exception):
    """Reports could not be fetched: in words for whoever set up the account."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message. `receipt` is the provider's own number for it, `id` the touch's where it comes back.

    `is_hopeless`: the address does not exist, `because` in the provider's words; believed where an address of `to` is the member's.
    """

    receipt: str
    is_delivered: bool
    at: datetime
    why: str = ""
    id: str = ""
    is_hopeless: bool = False
    to: tuple[str, ...] = field(default=(), repr=False)
    because: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Delay:
    """A message that has not arrived yet, and that a provider still tries to deliver; `id` is the touch's."""

    id: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody told their provider that a message is spam; `id` is the touch's."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote back: `sender` is a phone number with its country; `key` makes it one reply, however often it is told."""

    sender: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    key: str


Told = Receipt | Reply | Delay | Complaint


@dataclass(frozen=True, slots=True)
class Heard:
    """The readable part of a report, and what is wrong with the rest: "2: phone_number is missing"."""

    told: tuple[Told, ...] = ()
    faults: tuple[str, ...] = ()


def says_stop(text: str) -> bool:
    """Whether a reply says no more and nothing else, however it is written (ｒ, "TD。", 退 订, 退订回T)."""
    return _STOP.fullmatch(_NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()) is not None
