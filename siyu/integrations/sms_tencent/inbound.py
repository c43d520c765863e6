"""What Tencent Cloud calls back: a list of delivery states ("SMS sending status notification"), or one reply ("SMS reply").

Tencent Cloud signs nothing: the secret in the address is the proof. It takes `result` 0 for success.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from siyu.integrations.hearing import beijing, each, items_of
from siyu.touches.rules.hearing import Heard, Receipt, Reply

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Long = Annotated[str, Meta(max_length=20_000)]


class Delivery(msgspec.Struct):
    """A status; `sid` is the SerialNo that SendSms answered."""

    user_receive_time: Text
    report_status: Literal["SUCCESS", "FAIL"]
    sid: Text
    errmsg: str = ""


class Answered(msgspec.Struct):
    """A reply; `time` in seconds since 1970."""

    mobile: Text
    nationcode: Text
    text: Long
    time: int


_NOTHING = msgspec.Raw()


class _Shape(msgspec.Struct):
    text: msgspec.Raw = _NOTHING


def hear(body: bytes) -> Heard:
    """Receipts or a reply of a callback. Raises `UnreadableError`."""
    return each(items_of(body), _read)


def answer(words: str, is_taken: bool) -> bytes:
    """What Tencent Cloud wants to read."""
    return msgspec.json.encode({"result": 0 if is_taken else 1, "errmsg": "OK" if is_taken else words})


def _read(item: msgspec.Raw) -> Receipt | Reply:
    if msgspec.json.decode(item, type=_Shape).text is not _NOTHING:
        reply = msgspec.json.decode(item, type=Answered)
        number = f"+{reply.nationcode.lstrip('+')}{reply.mobile}"
        # a reply has no number of its own: the same words of the same phone in the same second are one
        told = sha256(f"{number} {reply.time} {reply.text}".encode()).hexdigest()[:32]
        return Reply(number, reply.text, datetime.fromtimestamp(reply.time, UTC), f"sms_tencent:{told}")
    state = msgspec.json.decode(item, type=Delivery)
    is_delivered = state.report_status == "SUCCESS"
    return Receipt(
        state.sid, is_delivered, beijing(state.user_receive_time), "" if is_delivered else state.errmsg or "provider.undelivered"
    )
