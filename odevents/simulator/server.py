"""The network in front of the service: HTTP on loopback, one thread per connection, and connections that can break.

The standard library's server rather than an ASGI one, because a fault has to reach the socket itself: a reset before
the answer, an answer cut in the middle.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from odevents.simulator.rest.service import Service

LONGEST_BODY = 16_800_000
"""Characters a body may have (API Specification)."""


class Server(ThreadingHTTPServer):
    """Serves the offices' API until it is stopped."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, service: Service, host: str, port: int) -> None:
        super().__init__((host, port), _Connection)
        self.service = service
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="simulator-rest")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                _close(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that stopping can close it."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to print."""


class _Connection(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "odevents-simulator"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def _answer(self) -> None:
        text = self.headers.get("Content-Length") or "0"
        if self.headers.get("Transfer-Encoding") or not text.isdigit():
            return self._refuse(411, b'"A Content-Length is required."')
        if int(text) > LONGEST_BODY:
            return self._refuse(413, b'"The body is too long."')
        body = self.rfile.read(int(text))
        headers = {name.lower(): value for name, value in self.headers.items()}
        outcome = self.server.service.respond(self.command, self.path, headers, body)
        if outcome.delay:
            time.sleep(outcome.delay)
        if outcome.late:
            threading.Timer(outcome.late_seconds, outcome.late).start()
        if outcome.trouble in ("reset_before", "reset_after"):
            return self._reset()
        encoded = b"" if outcome.answer.body is None else msgspec.json.encode(outcome.answer.body)
        return self._write(
            outcome.answer.status, encoded, outcome.answer.headers, truncated=outcome.trouble == "truncated"
        )

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _answer

    def _write(self, status: int, body: bytes, headers: dict[str, str], *, truncated: bool = False) -> None:
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if truncated else body)
        self.wfile.flush()
        if truncated:
            self.close_connection = True

    def _refuse(self, status: int, text: bytes) -> None:
        self.close_connection = True
        self._write(status, text, {})

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: the office's ``calls`` are the log."""


def _close(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
