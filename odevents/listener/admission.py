"""Who may speak to the listener: pure rules over the head of a request.

Any web page in any browser on this machine can send requests to localhost. What a page cannot do is leave out
``Origin`` and ``Sec-Fetch-Site``, choose ``Host``, or send ``Authorization`` without asking first (and asking is always
refused).
"""

from __future__ import annotations

from collections.abc import Collection

from odevents.errors import DeliveryRefused
from odevents.listener.request import Head

_SENT_BY_BROWSERS = ("origin", "referer", "cookie")
_SENT_BY_BROWSERS_PREFIXES = ("sec-fetch-", "sec-ch-", "access-control-request-")
_HTTP_PORT = 80


def hosts_of(port: int) -> frozenset[str]:
    """The only values of ``Host`` that name this listener; a rebound name never does.

    >>> sorted(hosts_of(2097))
    ['127.0.0.1:2097', '[::1]:2097', 'localhost:2097']
    """
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset([f"{name}:{port}" for name in names] + ([*names] if port == _HTTP_PORT else []))


def refuse_foreign_host(head: Head, hosts: Collection[str]) -> None:
    """:raises DeliveryRefused: 403, the request was meant for another name."""
    if head.header("host").lower() not in hosts:
        raise DeliveryRefused(403, "foreign-host", "Host is not this listener")


def refuse_browsers(head: Head) -> None:
    """For what only programs send: no header that a browser adds may be there.

    :raises DeliveryRefused: 403.
    """
    for name in head.headers:
        if name in _SENT_BY_BROWSERS or name.startswith(_SENT_BY_BROWSERS_PREFIXES):
            raise DeliveryRefused(403, "from-a-browser", f"carries {name}")


def refuse_other_sites(head: Head) -> None:
    """For the page itself: the person opened it, or it asks for its own parts.

    :raises DeliveryRefused: 403.
    """
    if "origin" in head.headers or head.header("sec-fetch-site") not in ("", "none", "same-origin"):
        raise DeliveryRefused(403, "other-site", "asked for by a page of another site")


def refuse_other_bodies(head: Head, content_types: Collection[str]) -> None:
    """:raises DeliveryRefused: 415, the body says it is compressed or not JSON."""
    if head.header("content-encoding").lower() not in ("", "identity"):
        raise DeliveryRefused(415, "compressed", "the body is compressed")
    media_type = head.header("content-type").partition(";")[0].strip().lower()
    if media_type and media_type not in content_types:
        raise DeliveryRefused(415, "content-type", "the body does not say it is JSON")
