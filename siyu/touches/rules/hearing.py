"""What providers tell of messages they took: delivered or not, and what people replied. A channel's `hear(body)` gives it as `Heard`."""

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


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message. `receipt` is the provider's own number for it, `id` the touch's where it comes back."""

    receipt: str
    is_delivered: bool
    at: datetime
    why: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote back: `sender` is a phone number with its country; `key` makes it one reply, however often it is told."""

    sender: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The readable part of a report, and what is wrong with the rest: "2: phone_number is missing"."""

    told: tuple[Receipt | Reply, ...]
    faults: tuple[str, ...] = ()


def says_stop(text: str) -> bool:
    """Whether a reply says no more and nothing else, however it is written (ｒ, "TD。", 退 订, 退订回T)."""
    return _STOP.fullmatch(_NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()) is not None
