"""Tencent Cloud's documented signature to the letter, and what its answers mean."""

from uuid import UUID

import msgspec
import pytest

from siyu.integrations.sms_tencent import outbound
from siyu.integrations.sms_tencent.client import signed
from siyu.integrations.tests.provider import provider
from siyu.touches.rules.sending import Account, GiveUp, Message, Retry, Sent, Unknown

ID = UUID("6f1e8f4e-38a5-4f0c-9d0a-0d4f6a1c2b3d")


def test_the_signature_is_that_of_the_documentation() -> None:
    # the fixed example of "Signature v3", its keys masked as there
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'

    headers = signed(
        "cvm.tencentcloudapi.com", "cvm", "DescribeInstances", body, key="AKID" + "*" * 32, secret="*" * 32, timestamp=1551113065
    )

    assert headers["authorization"] == (
        f"TC3-HMAC-SHA256 Credential=AKID{'*' * 32}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


def send(url: str, **changes) -> list:
    settings = {"endpoint": url, "region": "ap-guangzhou", "secret_id": "id", "app_id": "1400", "signature": "山茶小铺"}
    message = Message(**{"id": ID, "to": "+8613800000000", "template": "449739", "values": {"1": "小月", "2": "99"}, **changes})
    return list(outbound.send(Account("sms", settings, {"secret_key": "secret"}), [message]))


def test_a_message_goes_with_its_template_and_its_own_number() -> None:
    answer = b'{"Response":{"SendStatusSet":[{"SerialNo":"5000:1","Code":"Ok","Message":"send success"}]}}'
    with provider((200, answer)) as desk:
        outcomes = send(desk.url)

    assert outcomes == [Sent("5000:1")]
    _, headers, body = desk.asked[0]
    assert msgspec.json.decode(body) == {
        "PhoneNumberSet": ["+8613800000000"],
        "SmsSdkAppId": "1400",
        "SignName": "山茶小铺",
        "TemplateId": "449739",
        "TemplateParamSet": ["小月", "99"],
        "SessionContext": str(ID),
    }
    assert headers["x-tc-action"] == "SendSms"
    assert headers["x-tc-version"] == "2021-01-11"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"Error": {"Code": "InternalError.Timeout", "Message": "m"}}, Unknown),
        ({"SendStatusSet": [{"Code": "InternalError.SendAndRecvFail", "Message": "m"}]}, Unknown),
        ({"Error": {"Code": "InternalError", "Message": "m"}}, Unknown),
        ({"Error": {"Code": "InternalError.RequestTimeException", "Message": "m"}}, Retry),
        ({"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "m"}}, Retry),
        ({"Error": {"Code": "RequestLimitExceeded.UinLimitExceeded", "Message": "m"}}, Retry),
        ({"Error": {"Code": "UnauthorizedOperation.ServiceSuspendDueToArrears", "Message": "m"}}, Retry),
        ({"SendStatusSet": [{"Code": "FailedOperation.SignatureIncorrectOrUnapproved", "Message": "m"}]}, Retry),
        ({"SendStatusSet": [{"Code": "LimitExceeded.AppMainlandChinaDailyLimit", "Message": "m"}]}, Retry),
        ({"SendStatusSet": [{"Code": "FailedOperation.TemplateIncorrectOrUnapproved", "Message": "m"}]}, GiveUp),
        ({"SendStatusSet": [{"Code": "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "Message": "m"}]}, GiveUp),
        ({"SendStatusSet": [{"Code": "InvalidParameterValue.IncorrectPhoneNumber", "Message": "m"}]}, GiveUp),
        ({"SendStatusSet": [{"Code": "FailedOperation.PhoneNumberInBlacklist", "Message": "m"}]}, GiveUp),
        ({"SendStatusSet": [{"Code": "FailedOperation.InsufficientBalanceInSmsPackage", "Message": "m"}]}, Retry),
        ({"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberOneHourLimit", "Message": "m"}]}, Retry),
        ({"SendStatusSet": [{"Code": "FailedOperation.MarketingSendTimeConstraint", "Message": "m"}]}, Retry),
        ({"SendStatusSet": []}, Unknown),
    ],
)
def test_a_code_says_whether_to_try_again(answer: dict, outcome: type) -> None:
    with provider((200, msgspec.json.encode({"Response": answer}))) as desk:
        assert isinstance(send(desk.url)[0], outcome)


def test_strange_answers_are_unknown_and_without_a_template_nothing_is_asked() -> None:
    assert isinstance(outbound.outcome_of(b"<html>"), Unknown)
    with provider((200, b"{}")) as desk:
        assert isinstance(send(desk.url, template="")[0], GiveUp)
    assert desk.asked == []
