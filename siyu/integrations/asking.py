"""One request to a provider, and what its failures mean: not taken, or nobody knows."""

from datetime import timedelta

import httpx

from siyu.touches.rules.sending import GiveUp, Outcome, Retry, Unknown

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
SOON, LATER = timedelta(minutes=1), timedelta(minutes=15)
MAX_WAIT = timedelta(days=1)


def client() -> httpx.Client:
    """A client for one set of messages: it follows no redirects and asks no proxy of the environment."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def ask(http: httpx.Client, url: str, *, headers: dict[str, str], content: bytes) -> httpx.Response | Outcome:
    """POST; a response below 400, or the outcome that its failure means."""
    try:
        response = http.post(url, headers=headers, content=content)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return Retry(SOON, f"cannot reach the provider: {type(error).__name__}")
    except httpx.UnsupportedProtocol as error:
        return GiveUp("provider.address", str(error)[:300])
    except httpx.TransportError as error:
        return Unknown(f"no answer after the request was sent: {type(error).__name__}")
    return failure(response) or response


def failure(response: httpx.Response) -> Outcome | None:
    """What a status of 400 and above means; None for what was answered properly."""
    status = response.status_code
    if status < 400:
        return None
    because = f"HTTP {status}: {response.text[:300]}"
    if status == 429 or status in (502, 503):
        return Retry(_wait(response), because)
    return Unknown(because) if status >= 500 else GiveUp(f"http.{status}", because)


def _wait(response: httpx.Response) -> timedelta:
    asked = response.headers.get("Retry-After", "")
    return min(timedelta(seconds=int(asked)), MAX_WAIT) if asked.isdigit() else SOON
