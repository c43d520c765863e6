"""One request to a provider, and what its failures mean: not taken, or nobody knows."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import httpx

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.touches.rules.sending import GiveUp, Outcome, Retry, Unknown

from .reach import ClosedError, OpenTransport, check_host, host_of, is_named

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
SOON, LATER = timedelta(minutes=1), timedelta(minutes=15)
MAX_WAIT = timedelta(days=1)
MAX_ANSWER, LONGEST = 64 << 10, 30.0  # bytes and seconds of an answer that are read
NOT_READ = frozenset({408, 425, 429, 502, 503})  # statuses of who has not looked at the request
MOVED = frozenset({301, 307, 308})


def client() -> httpx.Client:
    """A client for one set of messages: it follows no redirects, asks no proxy of the environment and no address that is closed."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, transport=OpenTransport())


def is_address(text: str, *schemes: str) -> bool:
    """Whether this is an address with a host that can be asked."""
    try:
        url = httpx.URL(text)
        url.host.encode("idna")
    except (httpx.InvalidURL, ValueError):
        return False
    return url.scheme in schemes and re.fullmatch(r"[^%\[\]]+", url.host) is not None


def check_endpoint(address: str) -> None:
    """What a provider is asked at; without TLS only hosts of `SIYU_REACHABLE`. Refusals: `channel.endpoint`, `channel.closed`."""
    if not is_address(address, "https") and not (is_address(address, "http") and is_named(host_of(address))):
        raise Refusal("channel.endpoint", "the endpoint is an https address")
    check_host(address)


def ask(
    http: httpx.Client, url: str, *, headers: dict[str, str], content: bytes, told: Callable[[bytes], Outcome] | None = None
) -> httpx.Response | Outcome:
    """POST; what was answered properly (2xx, its first `MAX_ANSWER` bytes), or the outcome that its failure means.

    `told` reads the provider's own words, where it also answers in them with a status of 4xx.
    """
    try:
        with http.stream("POST", url, headers=headers, content=content) as answer:
            response = httpx.Response(answer.status_code, headers=_waiting(answer), content=_beginning(answer))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return Retry(SOON, f"cannot reach the provider: {type(error).__name__}")
    except ClosedError as error:
        return GiveUp("provider.closed", str(error)[:300])
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, ValueError) as error:  # nothing was said yet
        return GiveUp("provider.address", str(error)[:300])
    except httpx.RequestError as error:
        return Unknown(f"no answer after the request was sent: {type(error).__name__}")
    if told is not None and 400 <= response.status_code < 500 and not isinstance(said := told(response.content), Unknown):
        return said
    return failure(response) or response


def failure(response: httpx.Response) -> Outcome | None:
    """What a status outside of 2xx means; None for what was answered properly."""
    status = response.status_code
    if 200 <= status < 300:
        return None
    because = f"HTTP {status}: {response.text[:300]}"
    if status in NOT_READ:
        return Retry(_wait(response), because)
    return GiveUp(f"http.{status}", because) if status in MOVED or 400 <= status < 500 else Unknown(because)


def _beginning(answer: httpx.Response) -> bytes:
    """As much of an answer as matters: whoever answers without end is not listened to for ever."""
    read, enough = b"", monotonic() + LONGEST
    for part in answer.iter_bytes():
        read += part
        if len(read) >= MAX_ANSWER or monotonic() > enough:
            break
    return read[:MAX_ANSWER]


def _waiting(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name == "retry-after"}


def _wait(response: httpx.Response) -> timedelta:
    """How long to wait, as seconds or until an instant (RFC 9110); `SOON` where nothing readable is said."""
    asked = response.headers.get("Retry-After", "")
    if asked.isdecimal():
        return min(timedelta(seconds=int(asked)), MAX_WAIT) if len(asked) < 9 else MAX_WAIT
    try:
        left = parsedate_to_datetime(asked) - utc_now()
    except (TypeError, ValueError):
        return SOON
    return min(max(left, SOON), MAX_WAIT)
