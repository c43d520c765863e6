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
        ((503, b"busy", {"Retry-After": "9" * 5_000}), Retry(asking.MAX_WAIT, "HTTP 503: busy")),
        ((503, b"busy", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), Retry(asking.SOON, "HTTP 503: busy")),
        ((503, b"busy", {"Retry-After": "Fri, 31 Dec 9999 07:28:00 GMT"}), Retry(asking.MAX_WAIT, "HTTP 503: busy")),
        ((503, b"busy", {"Retry-After": "tomorrow"}), Retry(asking.SOON, "HTTP 503: busy")),
        ((408, b"slow"), Retry(asking.SOON, "HTTP 408: slow")),
        ((301, b"moved"), GiveUp("http.301", "HTTP 301: moved")),
        ((303, b"look there"), Unknown("HTTP 303: look there")),
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
    assert isinstance(moved, Unknown)
    assert len(desk.asked) == 1


def test_of_an_answer_without_end_the_beginning_is_read() -> None:
    with provider((200, b"x" * 3_000_000)) as desk:
        answer = asked(desk.url)

    assert isinstance(answer, httpx.Response)
    assert len(answer.content) == asking.MAX_ANSWER


def test_an_answer_that_cannot_be_unpacked_is_unknown() -> None:
    with provider((200, b"no gzip", {"Content-Encoding": "gzip"})) as desk:
        assert isinstance(asked(desk.url), Unknown)


@pytest.mark.parametrize("url", ["https://", "http://a..b/", "http://127.0.0.1:1/\n", "ftp://127.0.0.1", "http://１２７.0.0.1/"])
def test_what_is_no_address_is_given_up_and_refused_before(url: str) -> None:
    assert isinstance(asked(url), GiveUp)
    assert not asking.is_address(url, "https", "http")


@pytest.mark.parametrize("url", ["https://hooks.example.com/a?b=1", "http://127.0.0.1:8000", "https://例子.cn/x", "http://[::1]:9/"])
def test_addresses_are_known(url: str) -> None:
    assert asking.is_address(url, "https", "http")


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
