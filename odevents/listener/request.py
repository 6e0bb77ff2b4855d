"""Reading the head of a request strictly: what a careful sender never writes is refused, not mended.

Bare line feeds, folded lines, control characters, doubled headers, absolute targets and odd lengths have no honest use
on a loopback connection, and each of them is a known way to make two programs read one request differently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from odevents.errors import DeliveryRefused

MAX_HEAD = 16 * 1024
MAX_HEADERS = 64

_REQUEST_LINE = re.compile(rb"([A-Z]{1,16}) (/[!-~]*) HTTP/1\.1")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_LENGTH = re.compile(r"[0-9]{1,9}")

ONCE = frozenset(
    {
        "authorization",
        "content-encoding",
        "content-length",
        "content-type",
        "event-type",
        "expect",
        "host",
        "transfer-encoding",
        "workstation",
    }
)
"""Headers that decide something; two of one name could be read either way."""


@dataclass(frozen=True, slots=True)
class Head:
    """The request line and headers.

    :ivar path: with escapes decoded, without the query.
    :ivar headers: lower-case name to value.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        """The value of a header, ``""`` when absent."""
        return self.headers.get(name, "")


def parse_head(raw: bytes) -> Head:
    r"""Read everything up to and including the empty line.

    :raises DeliveryRefused: 400 or 431.

    >>> parse_head(b"GET /a?b=1 HTTP/1.1\r\nHost: localhost:2097\r\n\r\n").path
    '/a'
    """
    first, *lines = raw.removesuffix(b"\r\n\r\n").split(b"\r\n")
    request = _REQUEST_LINE.fullmatch(first)
    if request is None:
        raise DeliveryRefused(400, "bad-request-line", "the request line is not plain HTTP/1.1")
    if len(lines) > MAX_HEADERS:
        raise DeliveryRefused(431, "too-many-headers", f"more than {MAX_HEADERS} headers")
    headers: dict[str, str] = {}
    for line in lines:
        name, value = _header(line)
        if name in headers and name in ONCE:
            raise DeliveryRefused(400, "doubled-header", f"two headers named {name}")
        headers.setdefault(name, value)
    _check_framing(headers)
    target, _, query = request[2].decode("ascii").partition("?")
    return Head(request[1].decode("ascii"), unquote(target), query, headers)


def _header(line: bytes) -> tuple[str, str]:
    header = _HEADER.fullmatch(line)
    if header is None:
        raise DeliveryRefused(400, "bad-header", "a header line is malformed")
    return header[1].decode("ascii").lower(), header[2].decode("latin-1").rstrip(" \t")


def _check_framing(headers: Mapping[str, str]) -> None:
    """One way to tell where the body ends, or none."""
    coded, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coded is not None and (length is not None or coded.lower() != "chunked"):
        raise DeliveryRefused(400, "bad-framing", "the body's end could be read in two ways")
    if length is not None and not _LENGTH.fullmatch(length):
        raise DeliveryRefused(400, "bad-framing", "Content-Length is not a plain number")
