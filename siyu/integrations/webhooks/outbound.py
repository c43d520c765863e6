"""A touch as a signed POST: `webhook-id`, `webhook-timestamp`, `webhook-signature` (v1, HMAC-SHA256) as Standard Webhooks has it."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256

import httpx
import msgspec

from siyu.integrations.asking import ask, client, is_address
from siyu.integrations.reach import check_host
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.words import gettext_noop
from siyu.touches.rules.sending import Account, ChannelField, Message, Outcome, Sent

TITLE, MEDIUM = gettext_noop("Signed webhook"), "webhook"
FIELDS = (ChannelField("url", "Address"), ChannelField("secret", "Signing secret (whsec_…)", is_secret=True))
HOPELESS = frozenset[str]()  # codes that mean: this address does not exist
PREFIX = "whsec_"


def check(account: Account) -> None:
    """Refusals: `channel.url`, `channel.closed`, `channel.secret`."""
    if not is_address(account.get("url"), "https", "http"):
        raise Refusal("channel.url", "the address begins with https:// or http://, and names a host")
    check_host(account.get("url"))
    try:
        long_enough = len(b64decode(account.get("secret").removeprefix(PREFIX), validate=True)) >= 24
    except ValueError:
        long_enough = False
    if not long_enough:
        raise Refusal("channel.secret", "the secret is whsec_ and at least 24 bytes in base64")


def send(account: Account, messages: Sequence[Message]) -> Iterator[Outcome]:
    """One request a message, its body the message's values and words, and of a test that it is one."""
    with client() as http:
        for message in messages:
            yield _send(http, account, message)


def _send(http: httpx.Client, account: Account, message: Message) -> Outcome:
    told = {"id": str(message.id), "text": message.text, "values": dict(message.values)}
    body = msgspec.json.encode({**told, "test": True} if message.is_test else told)
    timestamp = int(utc_now().timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": str(message.id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(account.get("secret"), str(message.id), timestamp, body),
    }
    answer = ask(http, account.get("url"), headers=headers, content=body)
    return Sent(f"HTTP {answer.status_code}") if isinstance(answer, httpx.Response) else answer


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    key = b64decode(secret.removeprefix(PREFIX))
    return "v1," + b64encode(hmac.new(key, f"{id}.{timestamp}.".encode() + body, sha256).digest()).decode()
