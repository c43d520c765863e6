"""What Aliyun pushes by "HTTP batch push": SmsReport (delivered or not) and SmsUp (replies), both JSON lists.

Aliyun signs nothing: the secret in the address is the proof. What it does not get a 200 for it pushes again after 1, 5 and 10 minutes.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from siyu.integrations.hearing import beijing, each, items_of
from siyu.touches.rules.hearing import Heard, Receipt, Reply

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Long = Annotated[str, Meta(max_length=20_000)]


class SmsReport(msgspec.Struct):
    """A status report; `biz_id` is what SendSms answered, `out_id` what it was given."""

    phone_number: Text
    report_time: Text
    success: bool
    biz_id: Text
    err_code: str = ""
    out_id: str = ""


class SmsUp(msgspec.Struct):
    """A reply."""

    phone_number: Text
    send_time: Text
    content: Long
    sequence_id: int | Text


_NOTHING = msgspec.Raw()


class _Shape(msgspec.Struct):
    sequence_id: msgspec.Raw = _NOTHING


def hear(body: bytes) -> Heard:
    """Receipts and replies of a push. Raises `UnreadableError`."""
    return each(items_of(body), _read)


def answer(words: str, is_taken: bool) -> bytes:
    """What Aliyun wants to read: code 0, or another number with the reason."""
    return msgspec.json.encode({"code": 0 if is_taken else 1, "msg": words})


def _read(item: msgspec.Raw) -> Receipt | Reply:
    if msgspec.json.decode(item, type=_Shape).sequence_id is not _NOTHING:
        up = msgspec.json.decode(item, type=SmsUp)
        return Reply(_number(up.phone_number), up.content, beijing(up.send_time), f"sms_aliyun:{up.sequence_id}")
    report = msgspec.json.decode(item, type=SmsReport)
    why = "" if report.success else report.err_code or "provider.undelivered"
    return Receipt(report.biz_id, report.success, beijing(report.report_time), why, report.out_id)


def _number(phone: str) -> str:
    """Numbers of the mainland come without their country, others with it and without a plus."""
    return f"+86{phone}" if len(phone) == 11 and phone.startswith("1") else f"+{phone.lstrip('+0')}"
