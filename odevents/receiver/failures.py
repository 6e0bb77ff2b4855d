"""Addresses that keep sending wrong keys. Only their wrong keys are held up: a right key is never locked or slowed."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ALLOWED = 10
WITHIN = 60.0
_MOST_ADDRESSES = 10_000


class Failures:
    """Wrong keys per address and minute, of the 10,000 addresses seen last."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def too_many(self, address: str, now: float) -> bool:
        """Count one wrong key; say whether its address has had more than ten within a minute.

        :param now: seconds, of any clock.
        """
        block = block_of(address)
        since, times = self._seen.pop(block, (now, 0))
        if now - since >= WITHIN:
            since, times = now, 0
        self._seen[block] = since, times + 1
        if len(self._seen) > _MOST_ADDRESSES:
            self._seen.popitem(last=False)
        return times + 1 > ALLOWED


def block_of(address: str) -> str:
    """What one sender can change at will counts as one: an IPv6 network of 64 bits, an IPv4 address.

    >>> block_of("2001:db8::1"), block_of("192.0.2.7"), block_of("")
    ('2001:db8::', '192.0.2.7', '')
    """
    found = address_in(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False).network_address)
    return str(found or "")


def address_in(text: str) -> Address | None:
    """The address; an IPv4 one that came mapped into IPv6 as what it is, ``None`` where there is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None) or found


def in_any(address: str, networks: Iterable[str]) -> bool:
    """Whether an address is in one of the networks, written as ``203.0.113.0/24``."""
    found = address_in(address)
    return found is not None and any(found in _network(network) for network in networks)


_network = lru_cache(ipaddress.ip_network)
