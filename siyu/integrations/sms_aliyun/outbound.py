"""A message to Aliyun's SendSms. The text is the provider's template; we send its parameters."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import uuid4

import httpx
import msgspec

from siyu.integrations.asking import LATER, SOON, ask, check_endpoint, client
from siyu.lib.clock import utc_now
from siyu.lib.words import gettext_noop
from siyu.touches.rules.sending import Account, ChannelField, GiveUp, Message, Outcome, Retry, Sent, Unknown

from . import inbound
from .client import query_of, signed

TITLE, MEDIUM = gettext_noop("SMS by Aliyun"), "sms"
FIELDS = (
    ChannelField("endpoint", "Endpoint", usual="https://dysmsapi.aliyuncs.com"),
    ChannelField("key_id", "AccessKey ID"),
    ChannelField("key_secret", "AccessKey secret", is_secret=True),
    ChannelField("signature", "SMS signature"),
)
HOPELESS = frozenset({"isv.MOBILE_NUMBER_ILLEGAL"})  # codes that mean: this address does not exist
hear, answer = inbound.hear, inbound.answer  # how reports of this provider are read, and answered
VERSION = "2017-05-25"
# codes that pass by themselves, or when the account is put right, and after how long: "API error codes" of SendSms
_HOUR, _DAY = timedelta(hours=1), timedelta(hours=12)
_PASSING = {
    "isp.SYSTEM_ERROR": SOON,
    **dict.fromkeys(("isp.RAM_PERMISSION_DENY", "isv.DENY_IP_RANGE"), LATER),
    **dict.fromkeys(("isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"), LATER),
    **dict.fromkeys(("isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_NAME_ILLEGAL", "isv.SIGN_STATE_ILLEGAL"), _HOUR),
    **dict.fromkeys(("isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE"), _HOUR),  # the balance is used up
    "isv.BUSINESS_LIMIT_CONTROL": _HOUR,  # so many for one number in a minute, an hour, a day
    **dict.fromkeys(("isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"), _DAY),
}
_OF_SMS = ("isv.", "isp.")  # other codes are the gateway's: of keys, clocks and pace. It has handed nothing on


class Answer(msgspec.Struct, rename="pascal"):
    code: str
    message: str = ""
    biz_id: str = ""


def check(account: Account) -> None:
    """Refusals: `channel.endpoint`, `channel.closed`."""
    check_endpoint(account.get("endpoint"))


def send(account: Account, messages: Sequence[Message]) -> Iterator[Outcome]:
    """One request a message; `OutId` brings the receipt back to it."""
    with client() as http:
        for message in messages:
            yield _send(http, account, message)


def _send(http: httpx.Client, account: Account, message: Message) -> Outcome:
    if not message.template:
        return GiveUp("message.template", "Aliyun sends templates only: name its template code")
    query = query_of(
        {
            "PhoneNumbers": message.to.removeprefix("+86").removeprefix("+"),  # abroad: the country's number and theirs, without a sign
            "SignName": account.get("signature"),
            "TemplateCode": message.template,
            "TemplateParam": msgspec.json.encode(dict(message.values)).decode(),
            "OutId": str(message.id),
        }
    )
    base = httpx.URL(account.get("endpoint"))
    headers = signed(
        base.netloc.decode(),
        "SendSms",
        VERSION,
        query,
        b"",
        key=account.get("key_id"),
        secret=account.get("key_secret"),
        date=utc_now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        nonce=uuid4().hex,
    )
    address = f"{account.get('endpoint').rstrip('/')}/?{query}"
    answer = ask(http, address, headers=headers, content=b"", told=outcome_of)  # Throttling.User comes with a status of 400
    return outcome_of(answer.content) if isinstance(answer, httpx.Response) else answer


def outcome_of(body: bytes) -> Outcome:
    """What SendSms answered."""
    try:
        answer = msgspec.json.decode(body, type=Answer)
    except msgspec.DecodeError:
        return Unknown("the provider answered something else than its documentation says")
    if answer.code == "OK":
        return Sent(answer.biz_id)
    because = f"{answer.code}: {answer.message}"[:300]
    if answer.code in _PASSING:
        return Retry(_PASSING[answer.code], because)
    if not answer.code.startswith(_OF_SMS):
        return Retry(SOON if answer.code.startswith("Throttling") else LATER, because)
    return GiveUp(answer.code, answer.message[:300])
