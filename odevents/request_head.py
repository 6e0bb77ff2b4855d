"""What the head of an HTTP request must be, for the receiver and for the listener.

A careful sender writes one header of a kind, one host, and one way to tell where the body ends. Anything else is a
known way to make two programs read one request differently (a proxy and us), so it is refused, never mended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from odevents.errors import DeliveryRefused

MAX_HEAD = 16 * 1024
MAX_HEADERS = 64

ONCE = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"event-type",
        b"expect",
        b"host",
        b"transfer-encoding",
        b"workstation",
    }
)
"""Headers that decide something; two of one name could be read either way."""

_HOST = re.compile(rb"(?:[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LENGTH = re.compile(rb"[0-9]{1,12}")
_TARGET = re.compile(rb"/[!-~]*")

Headers = Sequence[tuple[bytes, bytes]]
"""Names in small letters, and values."""


def check_headers(headers: Headers) -> dict[bytes, bytes]:
    """Refuse what could be read in two ways; give back the headers that decide something.

    :raises DeliveryRefused: 400, or 431 for too many.
    """
    if len(headers) > MAX_HEADERS:
        raise DeliveryRefused(431, "too-many-headers", f"more than {MAX_HEADERS} headers")
    deciding: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in ONCE:
            if name in deciding:
                raise DeliveryRefused(400, "doubled-header", f"two headers named {name.decode('ascii')}")
            deciding[name] = value
    coded, length = deciding.get(b"transfer-encoding"), deciding.get(b"content-length")
    if coded is not None and (length is not None or coded.lower() != b"chunked"):
        raise DeliveryRefused(400, "bad-framing", "the body's end could be read in two ways")
    if length is not None and not _LENGTH.fullmatch(length):
        raise DeliveryRefused(400, "bad-framing", "Content-Length is not a plain number")
    return deciding


def check_target(target: bytes) -> None:
    """Refuse a target that names another server, or none.

    :raises DeliveryRefused: 400.
    """
    if not _TARGET.fullmatch(target) or b"#" in target:
        raise DeliveryRefused(400, "bad-target", "the request's target is not a path of this server")


def check_host(deciding: Mapping[bytes, bytes]) -> None:
    """Refuse a request that does not plainly say which host it is for.

    :raises DeliveryRefused: 400.
    """
    if not _HOST.fullmatch(deciding.get(b"host", b"")):
        raise DeliveryRefused(400, "bad-host", "the request does not name one host")
