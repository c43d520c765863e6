"""A message to Tencent Cloud's SendSms. The text is the provider's template; we send its parameters in order."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import httpx
import msgspec

from siyu.integrations.asking import LATER, SOON, ask, check_endpoint, client
from siyu.lib.clock import utc_now
from siyu.lib.words import gettext_noop
from siyu.touches.rules.sending import Account, ChannelField, GiveUp, Message, Outcome, Retry, Sent, Unknown

from . import inbound
from .client import signed

TITLE, MEDIUM = gettext_noop("SMS by Tencent Cloud"), "sms"
FIELDS = (
    ChannelField("endpoint", "Endpoint", usual="https://sms.tencentcloudapi.com"),
    ChannelField("region", "Cloud region", usual="ap-guangzhou"),
    ChannelField("secret_id", "SecretId"),
    ChannelField("secret_key", "SecretKey", is_secret=True),
    ChannelField("app_id", "SMS application id"),
    ChannelField("signature", "SMS signature"),
)
HOPELESS = frozenset({"InvalidParameterValue.IncorrectPhoneNumber"})  # codes that mean: this address does not exist
hear, answer = inbound.hear, inbound.answer  # how reports of this provider are read, and answered
VERSION = "2021-01-11"
# codes, or what they begin with, that pass by themselves or when the account is put right, and after how long
_HOUR, _DAY = timedelta(hours=1), timedelta(hours=12)
_PASSING = {
    "RequestLimitExceeded": SOON,
    "FailedOperation.InsufficientBalanceInSmsPackage": _HOUR,
    "FailedOperation.MarketingSendTimeConstraint": _HOUR,  # advertising only goes from 8 to 22 o'clock
    "FailedOperation.SignatureIncorrectOrUnapproved": _HOUR,
    "LimitExceeded.DeliveryFrequencyLimit": _HOUR,
    "LimitExceeded.PhoneNumberThirtySecondLimit": SOON,
    "LimitExceeded.PhoneNumberOneHourLimit": _HOUR,
    "LimitExceeded": _DAY,  # of an application, a country or a number in a day
    **dict.fromkeys(("AuthFailure", "UnauthorizedOperation", "IpInBlacklist", "IpNotInWhitelist"), LATER),
    **dict.fromkeys(("InvalidParameterValue.SdkAppIdNotExist", "InternalError.RequestTimeException"), LATER),
    **dict.fromkeys(("InternalError.SigVerificationFail", "InternalError.SigFieldMissing"), LATER),
}


class Status(msgspec.Struct, rename="pascal"):
    code: str
    message: str = ""
    serial_no: str = ""


class Fault(msgspec.Struct, rename="pascal"):
    code: str
    message: str = ""


class Response(msgspec.Struct, rename="pascal"):
    send_status_set: list[Status] = []
    error: Fault | None = None


class Answer(msgspec.Struct, rename="pascal"):
    response: Response


def check(account: Account) -> None:
    """Refusals: `channel.endpoint`, `channel.closed`."""
    check_endpoint(account.get("endpoint"))


def send(account: Account, messages: Sequence[Message]) -> Iterator[Outcome]:
    """One request a message."""
    with client() as http:
        for message in messages:
            yield _send(http, account, message)


def _send(http: httpx.Client, account: Account, message: Message) -> Outcome:
    if not message.template:
        return GiveUp("message.template", "Tencent Cloud sends templates only: name its template id")
    body = msgspec.json.encode(
        {
            "PhoneNumberSet": [message.to],
            "SmsSdkAppId": account.get("app_id"),
            "SignName": account.get("signature"),
            "TemplateId": message.template,
            "TemplateParamSet": list(message.values.values()),
            "SessionContext": str(message.id),
        }
    )
    endpoint = httpx.URL(account.get("endpoint"))
    headers = signed(
        endpoint.netloc.decode(),
        "sms",
        "SendSms",
        body,
        key=account.get("secret_id"),
        secret=account.get("secret_key"),
        timestamp=int(utc_now().timestamp()),
    )
    headers |= {"x-tc-version": VERSION, "x-tc-region": account.get("region")}
    answer = ask(http, account.get("endpoint"), headers=headers, content=body)
    return outcome_of(answer.content) if isinstance(answer, httpx.Response) else answer


def outcome_of(body: bytes) -> Outcome:
    """What SendSms answered: a fault of the request, or a status for the number."""
    try:
        response = msgspec.json.decode(body, type=Answer).response
    except msgspec.DecodeError:
        return Unknown("the provider answered something else than its documentation says")
    said = response.error or (response.send_status_set[0] if response.send_status_set else None)
    if said is None:
        return Unknown("the provider answered without a status")
    if isinstance(said, Status) and said.code == "Ok":
        return Sent(said.serial_no)
    if (after := _passing(said.code)) is not None:
        return Retry(after, f"{said.code}: {said.message}"[:300])
    if said.code.partition(".")[0] == "InternalError":  # it timed out inside, or broke: the message may be on its way
        return Unknown(f"{said.code}: {said.message}"[:300])
    return GiveUp(said.code, said.message[:300])


def _passing(code: str) -> timedelta | None:
    return _PASSING.get(code) or _PASSING.get(code.partition(".")[0])
