"""Addresses: where the offices reach our receiver, and which hosts are on the internet."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

DELIVERIES = "/apievents"
"""Below which the receiver takes deliveries."""

_NOT_PUBLIC = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
_EXAMPLE = "not an address such as https://hooks.example.org"


def is_public(host: str) -> bool:
    """Whether a host may be somewhere on the internet: neither this machine, nor a private address or name.

    >>> [is_public(host) for host in ("hooks.example.org", "192.168.1.20", "server", "127.0.0.1", "93.184.215.14")]
    [True, False, False, False, True]
    """
    try:
        return ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." in host and not host.casefold().rstrip(".").endswith(_NOT_PUBLIC)


def checked_public_url(value: str) -> str:
    """The receiver's address, without a slash at its end.

    :raises ValueError: it is not one, or patients and the customer key would travel readable to it.
    """
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError(_EXAMPLE) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not value.isascii() or not value.isprintable():
        raise ValueError(_EXAMPLE)
    if parts.username is not None or parts.query or parts.fragment or " " in value:
        raise ValueError("an address without user, query and fragment; /apievents/… is put behind it")
    if parts.scheme == "http" and is_public(parts.hostname):
        raise ValueError("http to a public host: patients and the customer key would travel readable; use https")
    return value.rstrip("/")
