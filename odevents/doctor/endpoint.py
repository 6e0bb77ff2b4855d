"""The public address, as far as it can be looked at from here: an office's network may see it differently."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from odevents.doctor.findings import Finding, Mark, fine, unknown

_WITHIN = 10.0
_SOON = 21 * 86400.0


def examine_endpoint(public_url: str, now: float) -> Iterator[Finding]:
    """Ask the receiver's own health page through its public address.

    :param public_url: ``""`` when none is configured.
    :param now: seconds since the epoch.
    """
    if not public_url:
        yield unknown("OD401", "odevents.toml has no public_url")
        yield unknown("OD402", "odevents.toml has no public_url")
        return
    url = urlsplit(public_url)
    try:
        status, expires = _asked(url)
    except ssl.SSLCertVerificationError as error:
        do = "renew it, with the chain it needs, for exactly this host name"
        yield Finding(
            "OD402", Mark.ERROR, f"the certificate of {url.hostname} is refused: {error.verify_message}", do=do
        )
        yield unknown("OD401", "the certificate is refused")
        return
    except (OSError, http.client.HTTPException) as error:
        do = "start the receiver (odevents serve), and let the proxy or ingress in front of it lead /livez to it"
        what = f"{url.scheme}://{url.netloc} does not answer from here ({type(error).__name__})"
        yield Finding("OD401", Mark.ERROR, what, do=do)
        yield unknown("OD402", "no connection")
        return
    yield _judged_answer(status, url)
    yield judge_certificate(expires, now, url.hostname or "")


def _asked(url: SplitResult) -> tuple[int, float | None]:
    """The status of the health page, and when the certificate ends (seconds since the epoch)."""
    host = url.hostname or ""
    expires = None
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        connection = http.client.HTTPSConnection(host, url.port, timeout=_WITHIN, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, url.port, timeout=_WITHIN)
    try:
        connection.request("GET", f"{url.path.rstrip('/')}/livez")
        if isinstance(connection.sock, ssl.SSLSocket) and (certificate := connection.sock.getpeercert()):
            expires = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        return connection.getresponse().status, expires
    finally:
        connection.close()


def _judged_answer(status: int, url: SplitResult) -> Finding:
    if status != 200:
        do = "let the proxy or ingress lead /livez and /apievents to the receiver, unchanged"
        return Finding("OD401", Mark.ERROR, f"{url.netloc} answers {status} to /livez, not 200", do=do)
    if _only_here(url.hostname or ""):
        what = f"{url.hostname} is an address of this machine or network: only offices inside can reach it"
        return Finding("OD401", Mark.WARNING, what, do="use a public host name for offices outside")
    return fine("OD401", detail="as seen from this machine")


def _only_here(host: str) -> bool:
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address.partition("%")[0]).is_private for address in found)


def judge_certificate(expires: float | None, now: float, host: str) -> Finding:
    """How long the certificate is still valid; ``None`` where there is no TLS."""
    if expires is None:
        return unknown("OD402", "the address has no TLS")
    days = int((expires - now) // 86400)
    if expires - now > _SOON:
        return fine("OD402", detail=f"{days} days")
    do = "renew it; offices stop sending on the day it ends"
    return Finding("OD402", Mark.WARNING, f"the certificate of {host} ends in {days} days", do=do)
