"""Aliyun's documented signature to the letter, and what its answers mean."""

from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from siyu.integrations.sms_aliyun import outbound
from siyu.integrations.sms_aliyun.client import query_of, signed
from siyu.integrations.tests.provider import provider
from siyu.touches.rules.sending import Account, GiveUp, Message, Retry, Sent, Unknown

ID = UUID("6f1e8f4e-38a5-4f0c-9d0a-0d4f6a1c2b3d")


def test_the_signature_is_that_of_the_documentation() -> None:
    # the fixed example of "V3 request structure and signature"
    query = query_of({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})

    headers = signed(
        "ecs.cn-shanghai.aliyuncs.com",
        "RunInstances",
        "2014-05-26",
        query,
        b"",
        key="YourAccessKeyId",
        secret="YourAccessKeySecret",
        date="2023-10-26T10:22:32Z",
        nonce="3156853299f313e23d1673dc12e1703d",
    )

    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_parameters_are_encoded_as_the_signature_wants_them() -> None:
    assert query_of({"b": "a b*~", "a": "中"}) == "a=%E4%B8%AD&b=a%20b%2A~"


def send(url: str, **changes) -> list:
    account = Account("sms", {"endpoint": url, "key_id": "id", "signature": "山茶小铺"}, {"key_secret": "secret"})
    message = Message(**{"id": ID, "to": "+8613800000000", "template": "SMS_1", "values": {"name": "小月"}, **changes})
    return list(outbound.send(account, [message]))


def test_a_message_goes_with_its_template_and_its_own_number() -> None:
    with provider((200, b'{"Code":"OK","Message":"OK","BizId":"9006","RequestId":"r"}')) as desk:
        outcomes = send(desk.url)

    assert outcomes == [Sent("9006")]
    path, headers, body = desk.asked[0]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert asked == {
        "PhoneNumbers": "13800000000",
        "SignName": "山茶小铺",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"name":"小月"}',
        "OutId": str(ID),
    }
    assert headers["x-acs-action"] == "SendSms"
    assert headers["x-acs-content-sha256"] == sha256(body).hexdigest()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("isp.SYSTEM_ERROR", Retry),
        ("isv.AMOUNT_NOT_ENOUGH", Retry),
        ("Throttling.User", Retry),
        ("isv.MOBILE_NUMBER_ILLEGAL", GiveUp),
        ("isv.BUSINESS_LIMIT_CONTROL", Retry),
        ("isv.OUT_OF_SERVICE", Retry),
        ("isv.MONTH_LIMIT_CONTROL", Retry),
        ("isv.SMS_SIGNATURE_ILLEGAL", Retry),
        ("isv.ACCOUNT_ABNORMAL", Retry),
        ("isv.PRODUCT_UN_SUBSCRIPT", Retry),
        ("SignatureDoesNotMatch", Retry),
        ("InvalidTimeStamp.Expired", Retry),
        ("isv.SMS_TEMPLATE_ILLEGAL", GiveUp),
        ("isv.PARAM_NOT_SUPPORT_URL", GiveUp),
        ("isv.BLACK_KEY_CONTROL_LIMIT", GiveUp),
        ("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", GiveUp),
        ("isp.UNKNOWN_ERR_CODE", GiveUp),
    ],
)
def test_a_code_says_whether_to_try_again(code: str, outcome: type) -> None:
    with provider((200, f'{{"Code":"{code}","Message":"m"}}'.encode())) as desk:
        assert isinstance(send(desk.url)[0], outcome)


def test_the_gateway_refuses_with_a_status_and_its_code_still_says_whether_to_try_again() -> None:
    answers = [(400, b'{"Code":"Throttling.User","Message":"m"}'), (404, b'{"Code":"InvalidAccessKeyId.NotFound"}'), (400, b"<html>")]
    said = []
    for answer in answers:
        with provider(answer) as desk:
            said.append(send(desk.url)[0])

    assert [type(one) for one in said] == [Retry, Retry, GiveUp]
    assert said[1].because == "InvalidAccessKeyId.NotFound: "


def test_numbers_abroad_go_without_a_sign() -> None:
    with provider((200, b'{"Code":"OK"}')) as desk:
        send(desk.url, to="+85291234567")

    assert parse_qs(urlsplit(desk.asked[0][0]).query)["PhoneNumbers"] == ["85291234567"]


def test_an_empty_account_waits_an_hour_and_strange_answers_are_unknown() -> None:
    assert outbound.outcome_of(b'{"Code":"isv.AMOUNT_NOT_ENOUGH"}') == Retry(timedelta(hours=1), "isv.AMOUNT_NOT_ENOUGH: ")
    assert isinstance(outbound.outcome_of(b"<html>"), Unknown)


def test_without_a_template_nothing_is_asked() -> None:
    with provider((200, b"{}")) as desk:
        assert isinstance(send(desk.url, template="")[0], GiveUp)
    assert desk.asked == []
