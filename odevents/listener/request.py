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
from odevents.request_head import check_headers

_REQUEST_LINE = re.compile(rb"([A-Z]{1,16}) (/[!-~]*) HTTP/1\.1")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")


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
    pairs = [_header(line) for line in lines]
    check_headers(pairs)
    headers: dict[str, str] = {}
    for name, value in pairs:
        headers.setdefault(name.decode("ascii"), value.decode("latin-1"))
    target, _, query = request[2].decode("ascii").partition("?")
    return Head(request[1].decode("ascii"), unquote(target), query, headers)


def _header(line: bytes) -> tuple[bytes, bytes]:
    header = _HEADER.fullmatch(line)
    if header is None:
        raise DeliveryRefused(400, "bad-header", "a header line is malformed")
    return header[1].lower(), header[2].rstrip(b" \t")
