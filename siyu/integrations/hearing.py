"""How reports of providers are read: item by item, so that one that cannot be read costs no other."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from siyu.touches.rules.hearing import MAX_ITEMS, Heard, Told, UnreadableError

BEIJING = ZoneInfo("Asia/Shanghai")  # the clock of both vendors, wherever the merchant is


def items_of(body: bytes) -> list[msgspec.Raw]:
    """The items of a JSON list, or the one item that is none. Raises `UnreadableError`."""
    try:
        if body.lstrip()[:1] == b"[":
            found = msgspec.json.decode(body, type=list[msgspec.Raw])
        else:
            found = [msgspec.Raw(msgspec.json.encode(msgspec.json.decode(body, type=dict)))]
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableError(f"the body is no JSON of the documented shape: {error}") from error
    if len(found) > MAX_ITEMS:
        raise UnreadableError(f"at most {MAX_ITEMS} items at a time, these are {len(found)}")
    return found


def each(items: Sequence[msgspec.Raw], read: Callable[[msgspec.Raw], Told]) -> Heard:
    """What can be read, and the faults of the rest by their places."""
    told: list[Told] = []
    faults: list[str] = []
    for place, item in enumerate(items, start=1):
        try:
            told.append(read(item))
        except (msgspec.DecodeError, ValueError, OverflowError, OSError, RecursionError) as error:
            faults.append(f"{place}: {error}")
    return Heard(tuple(told), tuple(faults))


def beijing(text: str) -> datetime:
    """`2017-01-01 00:00:00` on Beijing's clock. Raises `ValueError`."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
