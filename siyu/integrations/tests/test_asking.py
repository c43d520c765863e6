"""What a provider's failures mean: surely not taken, hopeless, or nobody knows."""

import socket
from datetime import timedelta

import httpx
import pytest

from siyu.integrations import asking
from siyu.touches.rules.sending import GiveUp, Retry, Unknown

from .provider import provider


def asked(url: str):
    with asking.client() as http:
        return asking.ask(http, url, headers={}, content=b"{}")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((429, b"slow down", {"Retry-After": "90"}), Retry(timedelta(seconds=90), "HTTP 429: slow down")),
        ((503, b"busy"), Retry(asking.SOON, "HTTP 503: busy")),
        ((503, b"busy", {"Retry-After": "99999999"}), Retry(asking.MAX_WAIT, "HTTP 503: busy")),
        ((500, b"oops"), Unknown("HTTP 500: oops")),
        ((400, b"bad"), GiveUp("http.400", "HTTP 400: bad")),
        ((410, b"gone"), GiveUp("http.410", "HTTP 410: gone")),
    ],
)
def test_a_status_says_whether_to_try_again(answer, outcome) -> None:
    with provider(answer) as desk:
        assert asked(desk.url) == outcome


def test_a_good_answer_is_given_back_and_redirects_are_not_followed() -> None:
    with provider((200, b"fine")) as desk:
        answer = asked(desk.url)
    with provider((302, b"", {"Location": "http://127.0.0.1:9/"})) as desk:
        moved = asked(desk.url)

    assert isinstance(answer, httpx.Response)
    assert answer.content == b"fine"
    assert isinstance(moved, httpx.Response)
    assert len(desk.asked) == 1


def test_nobody_there_is_surely_not_taken() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert isinstance(asked(f"http://127.0.0.1:{port}"), Retry)


def test_no_answer_after_the_request_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    with provider((0, b"")) as desk:
        assert isinstance(asked(desk.url), Unknown)
    monkeypatch.setattr(asking, "TIMEOUT", httpx.Timeout(0.2))
    with provider((-1, b"")) as desk:
        assert isinstance(asked(desk.url), Unknown)
    assert len(desk.asked) == 1
