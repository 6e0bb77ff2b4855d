"""A very small HTTP server that answers as told, for tests of the session alone."""

from __future__ import annotations

import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    verb: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Answer:
    """What to answer.

    :ivar hang: seconds to wait first.
    :ivar drop: close the connection instead of answering, after ``sent`` bytes of the body.
    """

    status: int = 200
    body: bytes = b"[]"
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0
    drop: bool = False
    sent: int = 0


Script = Callable[[Asked], Answer]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of some tests; anything else is a mistake in one."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


class TinyOffice:
    """Answers every request by its script and remembers what was asked."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.base_url = f"http://127.0.0.1:{server.server_port}/api/v1"
        self.asked: list[Asked] = []


@contextmanager
def tiny_office(*answers: Answer, script: Script | None = None) -> Iterator[TinyOffice]:
    """An office that gives these answers in turn, the last for ever after; or whatever ``script`` says."""
    office: TinyOffice

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            names = {name.lower(): value for name, value in self.headers.items()}
            office.asked.append(Asked(self.command, self.path, names, body, time.monotonic()))
            told = script(office.asked[-1]) if script else answers[min(len(office.asked), len(answers)) - 1]
            time.sleep(told.hang)
            if told.drop and not told.sent:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body[: told.sent] if told.drop else told.body)
            self.close_connection = self.close_connection or told.drop

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    office = TinyOffice(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
