"""Which machines an address that somebody entered may lead to. Whoever runs this machine names exceptions in `SIYU_REACHABLE`.

A private network is the merchant's own. This machine, its network link, and what clouds tell their machines there are closed.
"""

import re
import socket
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx
from django.conf import settings

from siyu.lib.refusal import Refusal

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_CLOSED: tuple[Network, ...] = tuple(
    ip_network(one)
    for one in (
        *("0.0.0.0/8", "127.0.0.0/8", "::/8", "100::/64"),  # this machine, or none
        *("169.254.0.0/16", "fe80::/10", "fec0::/10"),  # this link; most clouds tell their secrets here
        *("192.0.0.0/24", "100.100.100.200/32", "fd00:ec2::254/128", "fd20:ce::254/128"),  # Oracle, Aliyun, Amazon and Google here
        *("224.0.0.0/3", "ff00::/8"),  # many machines, or reserved
    )
)
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
_THIS_MACHINE = re.compile(r"(.+\.)?localhost\.?", re.IGNORECASE)  # RFC 6761
MAX_ADDRESSES = 4  # of one name that are tried


class ClosedError(Exception):
    """A name leads only where nothing may be sent."""


def check_host(url: str) -> None:
    """Whether a host as it is written may be asked; where a name leads is seen when it is asked. Refusal: `channel.closed`."""
    _check(host_of(url), is_own=False)


def check_server(host: str, port: int, own: Collection[int]) -> None:
    """The same of a server of mail; at the ports `own` this machine may be asked, too. Refusal: `channel.closed`."""
    _check(host.encode("idna").decode(), is_own=port in own)


def connect(host: str, port: int, timeout: float, own: Collection[int]) -> socket.socket:
    """A connection to a server, at what was looked up once and is open. Raises `ClosedError` before anything is said, and `OSError`."""
    *others, last = _open_ones(host, is_own=port in own)
    for address in others:
        try:
            return socket.create_connection((str(address), port), timeout)
        except OSError:
            continue
    return socket.create_connection((str(last), port), timeout)


def _check(host: str, *, is_own: bool) -> None:
    is_closed = any(not _is_open(address, host, is_own=is_own) for address in _literal(host))
    if is_closed or (_THIS_MACHINE.fullmatch(host) and not is_named(host) and not is_own):
        raise Refusal(
            "channel.closed",
            "%(host)s is this machine, its network link or no single machine; whoever runs this machine allows it in SIYU_REACHABLE",
            host=host,
        )


def host_of(url: str) -> str:
    """The host of an address as it is asked for, in ASCII."""
    return httpx.URL(url).raw_host.decode("ascii")


def is_named(host: str) -> bool:
    """Whether a host stands in `SIYU_REACHABLE`, or its address in a network there."""
    names, networks = named(tuple(settings.REACHABLE))
    return host.lower() in names or any(address in network for address in _literal(host) for network in networks)


@lru_cache(maxsize=8)
def named(entries: tuple[str, ...]) -> tuple[frozenset[str], tuple[Network, ...]]:
    """The names and the networks of `SIYU_REACHABLE`. Raises `ValueError` for a network that cannot be read."""
    names, networks = set(), []
    for entry in filter(None, (one.strip().strip("[]").lower() for one in entries)):
        try:
            networks.append(ip_network(entry))
        except ValueError:
            if "/" in entry:
                raise
            names.add(entry)
    return frozenset(names), tuple(networks)


class OpenTransport(httpx.BaseTransport):
    """Asks a host only at addresses that are open: it is looked up once, and the connection goes to what was looked at."""

    def __init__(self) -> None:
        self._under = httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises `ClosedError` before anything is said, and what httpx raises."""
        url, host = request.url, request.url.raw_host.decode("ascii")
        request.extensions = {**request.extensions, "sni_hostname": host}  # whose certificate it has to be
        *others, last = _addresses(host, request)
        for address in others:
            request.url = url.copy_with(host=str(address))
            try:
                return self._under.handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        request.url = url.copy_with(host=str(last))
        return self._under.handle_request(request)

    def close(self) -> None:
        self._under.close()


def _addresses(host: str, request: httpx.Request) -> list[Address]:
    if not host:
        raise httpx.UnsupportedProtocol("the address names no host", request=request)
    try:
        return _open_ones(host, is_own=False)
    except OSError as error:
        raise httpx.ConnectError(str(error), request=request) from error


def _open_ones(host: str, *, is_own: bool) -> list[Address]:
    found = _looked_up(host)
    if not (open_ones := [address for address in found if _is_open(address, host, is_own=is_own)]):
        raise ClosedError(f"{host} leads to {', '.join(map(str, found[:MAX_ADDRESSES]))}, where nothing may be sent")
    return open_ones[:MAX_ADDRESSES]


def _is_open(address: Address, host: str, *, is_own: bool) -> bool:
    """Whether an address may be asked that was found under a name; `is_own`: this machine may be, too."""
    names, networks = named(tuple(settings.REACHABLE))
    both = (address, _carried(address))
    if host.lower() in names or any(one in network for one in both for network in networks):
        return True
    return (is_own and both[1].is_loopback) or not any(both[1] in network for network in _CLOSED)


def _literal(host: str) -> list[Address]:
    """The address that a host is, however it is written: 127.1, 0x7f000001, 2130706433. Empty for a name."""
    try:
        return _looked_up(host, socket.AI_NUMERICHOST)
    except (OSError, ValueError):
        return []


def _looked_up(host: str, flags: int = 0) -> list[Address]:
    told = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=flags)
    return [ip_address(one) for one in dict.fromkeys(str(found[4][0]) for found in told)]


def _carried(address: Address) -> Address:
    """The IPv4 address that one of IPv6 only carries; otherwise itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
