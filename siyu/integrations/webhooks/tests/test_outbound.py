"""A webhook bears its number, its time and a signature that the receiver can check."""

import hmac
from base64 import b64decode, b64encode
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest

from siyu.integrations.tests.provider import provider
from siyu.integrations.webhooks import outbound
from siyu.lib.refusal import Refusal
from siyu.touches.rules.sending import Account, GiveUp, Message, Sent

ID = UUID("6f1e8f4e-38a5-4f0c-9d0a-0d4f6a1c2b3d")
SECRET = "whsec_" + b64encode(b"k" * 32).decode()


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # the fixed example of the specification's reference libraries
    body = b'{"test": 2432232314}'

    said = outbound.signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_check_what_it_gets() -> None:
    with provider((200, b"")) as desk:
        account = Account("hook", {"url": f"{desk.url}/touch"}, {"secret": SECRET})
        outcomes = list(outbound.send(account, [Message(id=ID, to="", text="您好", values={"member": "m_1"})]))

    assert outcomes == [Sent("HTTP 200")]
    path, headers, body = desk.asked[0]
    assert path == "/touch"
    assert msgspec.json.decode(body) == {"id": str(ID), "text": "您好", "values": {"member": "m_1"}}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(SECRET.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()


def test_a_receiver_can_tell_a_test() -> None:
    with provider((200, b"")) as desk:
        list(outbound.send(Account("hook", {"url": desk.url}, {"secret": SECRET}), [Message(id=ID, to="", text="Hi", is_test=True)]))

    assert msgspec.json.decode(desk.asked[0][2]) == {"id": str(ID), "text": "Hi", "values": {}, "test": True}


def test_a_receiver_that_is_gone_is_given_up() -> None:
    with provider((410, b"")) as desk:
        outcomes = list(outbound.send(Account("hook", {"url": desk.url}, {"secret": SECRET}), [Message(id=ID, to="")]))

    assert isinstance(outcomes[0], GiveUp)


@pytest.mark.parametrize(
    ("settings", "secret", "code"),
    [
        ({"url": "ftp://x"}, SECRET, "channel.url"),
        ({"url": "https://"}, SECRET, "channel.url"),
        ({"url": "http://a b/"}, SECRET, "channel.url"),
        ({"url": "https://shop.example"}, "whsec_abc", "channel.secret"),
        ({"url": "https://shop.example"}, "whsec_密", "channel.secret"),
    ],
)
def test_settings_are_checked_before_they_are_used(settings: dict, secret: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        outbound.check(Account("hook", settings, {"secret": secret}))

    assert refused.value.code == code
