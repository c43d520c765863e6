"""The code on a member's card: made anew every half minute, good for five, and readable only by this installation.

The number of the member is masked by the seal, and the seal is made of the number and the half minute (as in SIV): two codes of
one member have nothing in common, and a code tells nobody how many members there are.
"""

from base64 import b32decode, b32encode
from binascii import Error
from datetime import datetime

from siyu.lib.crypto import lookup_hash
from siyu.lib.refusal import Refusal

CARD_SECONDS = 300  # how long a code is good, at least
_SLOT_S = 30
_SEAL, _NUMBER = 8, 7  # bytes: 15 in all, 24 characters
PREFIX = "MC"  # what a scanner tells it from the code of a gift by


def card_code(member_id: int, now: datetime) -> str:
    """The code that a member's card shows now: 26 capitals and digits, which a QR code holds tightly and a person can read out."""
    seal = _seal(member_id, _slot(now))
    return PREFIX + b32encode(seal + _masked(seal, member_id.to_bytes(_NUMBER, "big"))).decode()


def read_card(text: str, now: datetime) -> int:
    """The member behind a scanned or typed code, merged or not. Refusals: `card.unreadable`, `card.expired`."""
    text = "".join(text.upper().split()).replace("-", "").removeprefix(PREFIX)
    try:
        raw = b32decode(text)
    except (Error, ValueError):
        raw = b""
    if len(raw) != _SEAL + _NUMBER:
        raise Refusal("card.unreadable", "this is not the code of a member's card; ask the member to open the member centre")
    seal, number = raw[:_SEAL], int.from_bytes(_masked(raw[:_SEAL], raw[_SEAL:]), "big")
    newest = _slot(now)
    if all(_seal(number, slot) != seal for slot in range(newest + 1, newest - CARD_SECONDS // _SLOT_S - 1, -1)):
        raise Refusal("card.expired", "this code is older than five minutes; ask the member to refresh the card")
    return number


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // _SLOT_S


def _seal(member_id: int, slot: int) -> bytes:
    return lookup_hash("member card", f"{member_id} {slot}").bytes[:_SEAL]


def _masked(seal: bytes, number: bytes) -> bytes:
    mask = lookup_hash("member card mask", seal.hex()).bytes
    return bytes(one ^ other for one, other in zip(number, mask[:_NUMBER], strict=True))
