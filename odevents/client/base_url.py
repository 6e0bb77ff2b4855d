"""Where calls may be sent: a base URL that is what it looks like, and shows the keys to nobody on the way."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from odevents.errors import ConfigError

_PLAIN = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?!-)[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*\.?")
_NUMERIC = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")
_NOT_ONE = "a base_url is http(s)://host[:port]/path, without user, query or fragment"


def checked_url(url: str) -> str:
    """A base URL that calls can be sent to, without a slash at its end.

    :raises ConfigError: it is none, it hides where it leads, or it would show the keys to everyone on the way.
    """
    parts = _parts(url)
    host = str(parts.hostname).rstrip(".")
    address = _address(host)
    if address is None and not _NAME.fullmatch(host):
        raise ConfigError(_NOT_ONE)
    if address is not None and _is_nobodys(address):
        raise ConfigError("a base_url leads to an office's API; no office's machine has this address")
    if parts.scheme == "http" and (host.endswith("opendental.com") or (address is not None and address.is_global)):
        raise ConfigError("what is on the internet is reached by https; over http everyone could read the keys")
    return url.rstrip("/")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise ConfigError(_NOT_ONE) from None
    tricky = "@" in parts.netloc or "\\" in url or "%" in url or ".." in parts.path or "//" in parts.path
    if not usable or tricky or not _PLAIN.fullmatch(url) or "?" in url or "#" in url:
        raise ConfigError(_NOT_ONE)
    return parts


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address a host is written as; ``None`` for a name.

    :raises ConfigError: a number that only some programs read as an address: 2130706433, 0x7f.1, 010.0.0.1.
    """
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        if ":" in host or _NUMERIC.fullmatch(host.rpartition(".")[2]):
            raise ConfigError("the address in a base_url is written as 192.0.2.1 or [2001:db8::1]") from None
        return None


def _is_nobodys(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Link-local (where clouds keep their secrets), multicast, broadcast, "any", or IPv4 in disguise."""
    hidden = isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or address in _TRANSLATED
    )
    return bool(
        hidden
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (address.is_reserved and not address.is_loopback)
    )


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
