"""How many wrong passwords are too many."""

from datetime import timedelta
from ipaddress import ip_address, ip_network

WINDOW = timedelta(minutes=15)
PER_NAME = 5  # failures for one user name, from wherever
PER_ADDRESS = 20  # failures from one address, for whomever: a shop's staff share one


def must_wait(failures_of_name: int, failures_of_address: int) -> bool:
    """Whether the next attempt has to wait until older failures leave the window."""
    return failures_of_name >= PER_NAME or failures_of_address >= PER_ADDRESS


def address_group(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber holds; anything else as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)
