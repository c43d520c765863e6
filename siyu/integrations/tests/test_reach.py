"""An address that somebody entered leads to the merchant's own systems and the world, and neither into this machine nor to its cloud."""

import socket
import ssl
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from siyu.integrations import asking, reach
from siyu.lib.refusal import Refusal
from siyu.touches.rules.sending import GiveUp, Retry

from .provider import provider

CLOSED = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0.0.0.0", "0.1.2.3"),
    *("169.254.169.254", "169.254.0.23", "100.100.100.200", "192.0.0.192", "0xA9FEA9FE"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("[::1]", "[::]", "[fe80::1]", "[ff02::1]", "[fd00:ec2::254]", "[fd20:ce::254]"),
    *("[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::1]"),
    *("localhost", "LOCALHOST.", "shop.localhost"),
]
OPEN = [
    *("hooks.example.com", "例子.cn", "localhost.example.com", "93.184.216.34", "[2606:2800:220:1::1]", "[64:ff9b::5db8:d822]"),
    *("10.0.0.5", "172.16.3.4", "192.168.1.20", "100.64.7.8", "[fd12:3456::1]", "[::ffff:192.168.1.20]"),
]


@pytest.fixture(autouse=True)
def _nothing_is_named(settings: Any) -> None:
    settings.REACHABLE = []


@contextmanager
def names(monkeypatch: pytest.MonkeyPatch, **meant: list[str]):
    """Names that lead where told, and who was looked up."""
    looked_up: list[str] = []
    ask = socket.getaddrinfo

    def answer(host, port, *more, flags=0, **named):
        name = host.decode() if isinstance(host, bytes) else host
        if name.partition(".")[0] not in meant:
            return ask(host, port, *more, flags=flags, **named)
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror("no number")
        looked_up.append(name)
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0))
            for one in meant[name.partition(".")[0]]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    yield looked_up


def asked(url: str):
    with asking.client() as http:
        return asking.ask(http, url, headers={}, content=b"{}")


@pytest.mark.parametrize("host", CLOSED)
def test_this_machine_its_link_and_clouds_are_closed_however_they_are_written(host: str) -> None:
    with pytest.raises(Refusal) as refused:
        reach.check_host(f"https://{host}/hook")
    assert refused.value.code == "channel.closed"

    if "localhost" not in host.lower():
        outcome = asked(f"http://{host}:9/hook")
        assert isinstance(outcome, GiveUp)
        assert outcome.code == "provider.closed"


@pytest.mark.parametrize("host", OPEN)
def test_the_world_and_private_networks_are_open(host: str) -> None:
    reach.check_host(f"https://{host}/hook")


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        (["127.0.0.1"], "127.0.0.1"),
        (["127.0.0.0/8"], "127.1"),
        ([" [::1] "], "[::1]"),
        (["127.0.0.1"], "[::ffff:127.0.0.1]"),
        (["Localhost"], "localhost"),
        (["10.0.0.0/8", "169.254.0.0/16"], "169.254.169.254"),
    ],
)
def test_whoever_runs_the_machine_opens_hosts_and_networks(settings: Any, entries: list[str], host: str) -> None:
    settings.REACHABLE = entries

    reach.check_host(f"https://{host}/")


def test_a_network_that_cannot_be_read_stops_the_start(settings: Any) -> None:
    settings.REACHABLE = ["10.0.0.0/33"]

    with pytest.raises(ImproperlyConfigured, match="SIYU_REACHABLE"):
        apps.get_app_config("integrations").ready()


@pytest.mark.parametrize("meant", [["127.0.0.1"], ["169.254.169.254"], ["::1", "127.0.0.1"], ["::ffff:7f00:1"], ["100.100.100.200"]])
def test_a_name_that_leads_to_a_closed_address_is_not_asked(monkeypatch: pytest.MonkeyPatch, meant: list[str]) -> None:
    with provider((200, b"")) as desk, names(monkeypatch, hooks=meant):
        outcome = asked(desk.url.replace("127.0.0.1", "hooks.example.com"))

    assert isinstance(outcome, GiveUp)
    assert outcome.code == "provider.closed"
    assert "hooks.example.com" in outcome.because
    assert meant[0] in outcome.because
    assert desk.asked == []


def test_a_name_is_looked_up_once_and_asked_where_it_was_looked_up(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REACHABLE = ["127.0.0.0/8"]
    with provider((200, b"fine")) as desk, names(monkeypatch, hooks=["127.0.0.1"]) as looked_up:
        answer = asked(desk.url.replace("127.0.0.1", "hooks.example.com"))

    assert isinstance(answer, httpx.Response)
    assert looked_up == ["hooks.example.com"]
    assert desk.asked[0][1]["host"] == f"hooks.example.com:{desk.url.rpartition(':')[2]}"


def test_of_the_addresses_of_a_name_the_open_ones_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REACHABLE = ["127.0.0.2", "127.0.0.1"]
    with provider((200, b"fine")) as desk, names(monkeypatch, hooks=["::1", "127.0.0.2", "127.0.0.1"]):
        assert isinstance(asked(desk.url.replace("127.0.0.1", "hooks.example.com")), httpx.Response)


def test_a_name_may_be_named_wherever_it_leads(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REACHABLE = ["hooks.example.com"]
    with provider((200, b"fine")) as desk, names(monkeypatch, hooks=["127.0.0.1"], others=["127.0.0.1"]):
        assert isinstance(asked(desk.url.replace("127.0.0.1", "hooks.example.com")), httpx.Response)
        assert isinstance(asked(desk.url.replace("127.0.0.1", "others.example.com")), GiveUp)


def test_a_name_that_nobody_knows_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments, **_named):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert isinstance(asked("https://hooks.example.com/"), Retry)


def test_the_certificate_is_the_name_s_and_not_the_address_s(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REACHABLE = ["127.0.0.1"]
    wanted: list[object] = []
    wrap = ssl.SSLContext.wrap_socket

    def noted(self, *arguments, **named):
        wanted.append(named.get("server_hostname"))
        return wrap(self, *arguments, **named)

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", noted)
    with provider((200, b"")) as desk, names(monkeypatch, hooks=["127.0.0.1"]):
        outcome = asked(desk.url.replace("http://127.0.0.1", "https://hooks.example.com"))

    assert isinstance(outcome, Retry)  # what answers there speaks no TLS
    assert wanted == ["hooks.example.com"]


@pytest.mark.parametrize(
    ("entries", "endpoint", "code"),
    [
        ([], "http://127.0.0.1:8000", "channel.endpoint"),
        ([], "https://127.0.0.1:8000", "channel.closed"),
        ([], "https://169.254.169.254", "channel.closed"),
        ([], "http://sms.example.com", "channel.endpoint"),
        (["127.0.0.1"], "http://127.0.0.1:8000", ""),
        (["relay.internal"], "http://relay.internal", ""),
        ([], "https://dysmsapi.aliyuncs.com", ""),
    ],
)
def test_a_provider_s_endpoint_is_asked_without_tls_only_where_it_is_named(
    settings: Any, entries: list[str], endpoint: str, code: str
) -> None:
    settings.REACHABLE = entries
    if not code:
        asking.check_endpoint(endpoint)
        return

    with pytest.raises(Refusal) as refused:
        asking.check_endpoint(endpoint)
    assert refused.value.code == code
