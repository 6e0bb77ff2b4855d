"""What the listener answers with: a status and seldom more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus

_ALWAYS = (
    "Connection: close",
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Referrer-Policy: no-referrer",
    "Cross-Origin-Resource-Policy: same-origin",
    "Cross-Origin-Opener-Policy: same-origin",
    "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
"""Never an ``Access-Control-*`` header: no page of another origin may read or send anything here."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; the connection closes behind it.

    :ivar stream: for an open-ended body, instead of ``body``.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    stream: AsyncGenerator[bytes, None] | None = None

    def head(self) -> bytes:
        """Status line and headers."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", *_ALWAYS]
        if self.stream is None:
            lines.append(f"Content-Length: {len(self.body)}")
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        return "\r\n".join([*lines, "", ""]).encode("ascii")
