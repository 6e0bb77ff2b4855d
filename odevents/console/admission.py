"""Who may speak to the console: pure rules over a request's headers, and over where the console is about to listen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from odevents.errors import ConfigError
from odevents.store.accounts import Role

Network = IPv4Network | IPv6Network

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_ADDED_BY_PROXIES = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


class Refused(Exception):
    """A request that is not answered with a page.

    :ivar status: HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever looks at a page.

    :ivar how: ``local`` (open on this machine), ``account``, ``proxy``, or ``""`` for somebody who is not signed in.
    :ivar form_token: what every form of theirs carries.
    """

    name: str
    role: Role
    how: str
    form_token: str

    @property
    def operates(self) -> bool:
        """Whether they may act and reveal."""
        return self.role == "operator"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy in front that has signed people in already, and names them in a header.

    :ivar network: where it calls from; nobody else is believed.
    """

    network: Network
    header: str


def proxy_of(network: str, header: str) -> Proxy | None:
    """The declared proxy, ``None`` when none is.

    :raises ConfigError: the network is none.
    """
    if not network:
        return None
    try:
        return Proxy(ip_network(network, strict=False), header.lower())
    except ValueError:
        raise ConfigError(f"ODEVENTS_CONSOLE_PROXY: {network} is no address and no network like 10.0.0.0/24") from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_exposure(host: str, *, accounts: bool, proxy: Proxy | None) -> None:
    """Refuse to listen where others can reach the page while nobody has to sign in.

    :raises ConfigError: and what to do.
    """
    if is_loopback(host) or accounts or proxy:
        return
    raise ConfigError(
        f"the console would be open to everybody who reaches {host}: it has no accounts. Do one of: "
        "`odevents accounts add NAME --role operator`; keep ODEVENTS_CONSOLE_HOST=127.0.0.1; or set "
        "ODEVENTS_CONSOLE_PROXY to the address of a proxy that signs people in"
    )


def names_this_machine(host: str) -> bool:
    """Whether a ``Host`` is a name of this machine for itself, with or without a port."""
    name = host.lower()
    return name.rpartition(":")[0] in _LOOPBACK_NAMES or name in _LOOPBACK_NAMES


def refuse_foreign_host(headers: Mapping[str, str]) -> None:
    """For what is open to whoever sits here: a name that somebody has pointed at this machine (DNS rebinding) is not.

    :raises Refused: 403.
    """
    if not names_this_machine(headers.get("host", "")):
        raise Refused(403, "Open to this machine alone, it answers to 127.0.0.1 and localhost only.")


def refuse_hidden_proxy(headers: Mapping[str, str]) -> None:
    """For what is open to whoever sits here: what a proxy passes on may come from anywhere.

    :raises Refused: 403. A proxy that adds no header cannot be told from this machine.
    """
    if any(name in headers for name in _ADDED_BY_PROXIES):
        raise Refused(
            403,
            "This came through a proxy, and is open to this machine alone. The page: odevents accounts add NAME. "
            "Metrics: set ODEVENTS_METRICS_TOKEN.",
        )


def refuse_other_sites(headers: Mapping[str, str], host: str) -> None:
    """For whatever changes something: it was sent from a page of ours.

    Browsers say where a request comes from by ``Sec-Fetch-Site``, the older ones at least by ``Origin``.

    :param host: what the browser called us; see :func:`host_of`.
    :raises Refused: 403.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    same_site = site in (None, "same-origin")
    same_origin = origin is None or urlsplit(origin).netloc.lower() == host.lower()
    if not same_site or not same_origin or (site is None and origin is None):
        raise Refused(403, "This was not sent from a page of the console. Open the console itself and try there.")


def named_by(proxy: Proxy | None, peer: str, headers: Mapping[str, str]) -> str:
    """Who the proxy says it is, ``""`` when it is not the proxy that speaks."""
    if proxy is None or not speaks(proxy, peer):
        return ""
    return headers.get(proxy.header, "").strip()[:64]


def address_of(proxy: Proxy | None, peer: str, headers: Mapping[str, str]) -> str:
    """The address that sign-ins are counted by: the peer's, or the one a declared proxy names last."""
    if speaks(proxy, peer) and (passed := headers.get("x-forwarded-for")):
        return passed.rpartition(",")[2].strip()
    return peer


def host_of(proxy: Proxy | None, peer: str, headers: Mapping[str, str]) -> str:
    """What the browser called us: the ``Host``, or the ``X-Forwarded-Host`` that a declared proxy names last."""
    if speaks(proxy, peer) and (passed := headers.get("x-forwarded-host")):
        return passed.rpartition(",")[2].strip()
    return headers.get("host", "")


def speaks(proxy: Proxy | None, peer: str) -> bool:
    """Whether it is the declared proxy that is at the other end of the connection."""
    try:
        return proxy is not None and ip_address(peer) in proxy.network
    except ValueError:
        return False
