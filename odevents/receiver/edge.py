"""The edge: HTTP as strict as the receiver wants it, on uvicorn's parser.

uvicorn waits for ever for a head or a body, takes headers of any size, and lets through what a proxy may read
differently (measured; see docs/decisions.md). Here every wait has a deadline, everything has a size, and what could be
read in two ways is refused before the application sees it: one plain sentence, and the connection is closed.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from odevents.errors import DeliveryRefused
from odevents.receiver.gate import Gate
from odevents.request_head import MAX_HEADERS, check_headers, check_host, check_target

Stage = Literal["waiting", "head", "body", "answering", "refused"]


class Refusal(NamedTuple):
    """An answer given here. (An exception kept and raised again would keep every frame it ever passed.)"""

    status: int
    code: str
    reason: str


_CHUNK_WRAPPING = 32
_READ_AFTER_REFUSAL = 256 * 1024

_MALFORMED = Refusal(400, "malformed", "the request is not well-formed HTTP/1.1")
_PIPELINED = Refusal(400, "pipelined", "one request at a time")
_SLOW_HEAD = Refusal(408, "slow-head", "the request's head did not arrive in time")
_SLOW_BODY = Refusal(408, "slow-body", "the request's body did not arrive in time")
_LARGE_HEAD = Refusal(431, "large-head", "the request's head, or what its chunks are wrapped in, is too large")
_MANY_HEADERS = Refusal(431, "too-many-headers", f"more than {MAX_HEADERS} headers")
_TRAILER = Refusal(400, "trailer", "headers behind the body are not taken")
_VERSION = Refusal(400, "bad-version", "the request is not HTTP/1.1")
_UPGRADE = Refusal(400, "upgrade", "there is no other protocol to change to")
_CROWDED = Refusal(503, "too-many-connections", "too many connections from this address")
_STOPPING = Refusal(503, "stopping", "the receiver stops; send it again")


class Connection(HttpToolsProtocol):
    """One connection: one request at a time, each within the gate's limits."""

    def __init__(
        self,
        gate: Gate,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._gate = gate
        self._limits = gate.limits
        self._stage: Stage = "waiting"
        self._alarm: asyncio.TimerHandle | None = None
        self._address = ""
        self._admitted = False
        self._refusal: Refusal | None = None
        self._body_taken = 0
        self._other_bytes = 0
        self._chunks = 0
        self._head_bytes = 0
        self._unwanted = 0
        self._requests = 0

    # From the transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, unless its address has enough connections; it has so long to say something."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._admitted = self._gate.admit(self._address)
        if self._admitted:
            self._wait(self._limits.head)
        else:
            self._refuse(_CROWDED)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._disarm()
        self._stage = "refused"
        if self._admitted:
            self._gate.leave(self, self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, within the limits."""
        if self._stage == "refused":
            self._discard(len(data))
            return
        before, request, self._body_taken = self._stage, self._requests, 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refusal = _UPGRADE
        except httptools.HttpParserError:
            self._refusal = self._refusal or _MALFORMED
        self._other_bytes += len(data) - self._body_taken
        if self._other_bytes > self._limits.head_bytes + _CHUNK_WRAPPING * self._chunks and not self._refusal:
            self._refusal = _LARGE_HEAD
        if self._refusal:
            self._refuse(self._refusal)
        elif self._unwanted > _READ_AFTER_REFUSAL:
            self._stage = "refused"
            self._say_goodbye()
        elif (self._stage, self._requests) != (before, request):
            self._time()

    def shutdown(self) -> None:
        """The receiver stops: finish the request in hand; do not wait long for what has not come yet."""
        if self._stage == "head":
            self._refuse(_STOPPING)
        elif self._stage != "refused":
            super().shutdown()
            if self._stage == "body":
                self._arm(min(self._limits.stopping, self._limits.body), _STOPPING)

    def drop(self) -> None:
        """Close it at once."""
        self._disarm()
        self._stage = "refused"
        self.transport.abort()

    # From the parser; an exception here ends the reading of this connection

    def on_message_begin(self) -> None:
        """One request at a time: nobody honest sends a second one before the answer, and smuggling needs it."""
        if self._stage != "waiting":
            self._stop(_PIPELINED)
        self._stage = "head"
        super().on_message_begin()
        self._other_bytes = self._chunks = self._head_bytes = self._unwanted = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count, and take no header behind the body."""
        if self._stage != "head":
            self._stop(_TRAILER)
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > self._limits.head_bytes:
            self._stop(_LARGE_HEAD)
        if len(self.headers) == MAX_HEADERS:
            self._stop(_MANY_HEADERS)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Judge the head; only then the application hears of the request."""
        if self.parser.get_http_version() not in ("1.0", "1.1"):
            self._stop(_VERSION)
        if self.parser.should_upgrade():
            self._stop(_UPGRADE)
        try:
            check_target(self.url)
            check_host(check_headers(self.headers))
        except DeliveryRefused as refused:
            self._stop(Refusal(refused.status, refused.code, str(refused)))
        self._gate.busy(self)
        self._requests += 1
        self._stage = "body"
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """Each chunk may be wrapped in a little."""
        self._chunks += 1

    def on_body(self, body: bytes) -> None:
        """Hand it on."""
        self._body_taken += len(body)
        if self.cycle.response_complete:
            self._unwanted += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there whole."""
        super().on_message_complete()
        if self.cycle.response_complete:
            self._wait(self._limits.idle)
        else:
            self._stage = "answering"

    def on_response_complete(self) -> None:
        """Wait for the next request, or first for the rest of a body that nobody wanted, unless that is long.

        Closing at once would surprise a sender, or a proxy, that has a next request ready for this connection.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._disarm()
            return
        self.flow.resume_reading()  # paused, where a large body was not read to its end
        if self._stage == "answering":
            self._wait(self._limits.idle)

    # Deadlines and refusals

    def _time(self) -> None:
        """Give the stage that the last bytes led to its deadline; none that was passed through on the way has one."""
        if self._stage == "body":
            self._arm(self._limits.body, _SLOW_BODY)
        elif self._stage == "answering":
            self._disarm()
        elif self._stage == "head" and self._requests:
            self._arm(self._limits.head, _SLOW_HEAD)
        # The first head has what is left of the time since the connection was made.

    def _wait(self, seconds: float) -> None:
        self._stage = "waiting"
        self._arm(seconds, None)
        self._gate.waits(self)

    def _arm(self, seconds: float, refusal: Refusal | None) -> None:
        self._disarm()
        self._alarm = self.loop.call_later(seconds, self._too_late, refusal)

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _too_late(self, refusal: Refusal | None) -> None:
        if self._stage == "waiting":
            self.drop()
        else:
            self._refuse(refusal or _SLOW_HEAD)

    def _stop(self, refusal: Refusal) -> None:
        """Leave the parser, and remember why."""
        self._refusal = refusal
        raise httptools.HttpParserCallbackError(refusal.code)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer in one sentence, unless an answer has begun, and close."""
        self._gate.note(refusal.code)
        if self.transport.is_closing() or (self._stage == "body" and self.cycle.response_complete):
            self.drop()
            return
        self._stage = "refused"
        answering = bool(self._requests) and not self.cycle.response_complete
        if not (answering and self.cycle.response_started):
            self.transport.write(_answer(refusal))
        if answering:  # the application finds that nobody listens any more
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._say_goodbye()

    def _say_goodbye(self) -> None:
        """Let the answer arrive: closing over unread bytes resets the connection, and may take the answer with it."""
        self._disarm()
        if not self.transport.can_write_eof():  # TLS
            self.transport.close()
            return
        self.transport.write_eof()
        self._other_bytes = 0
        self.flow.resume_reading()
        self._alarm = self.loop.call_later(self._limits.goodbye, self.transport.abort)

    def _discard(self, size: int) -> None:
        self._other_bytes += size
        if self._other_bytes > _READ_AFTER_REFUSAL:
            self.drop()


def _answer(refusal: Refusal) -> bytes:
    reason = f"{refusal.reason}\n".encode()
    retry = "Retry-After: 10\r\n" if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(reason)}\r\n{retry}Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + reason
