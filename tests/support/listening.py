"""A real listener on real sockets in a thread of its own, and ways to speak to it."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from odevents.listener.config import ListenerSection
from odevents.listener.forward import post
from odevents.listener.keys import screen_pass
from odevents.listener.run import Listener
from odevents.listener.server import Limits
from odevents.listener.sockets import loopback_sockets
from odevents.listener.tally import Tally

KEY = "customer-key-of-southside"
BRADLEY = {"PatNum": 28, "FName": "Bradley", "LName": "Harrison", "Birthdate": "1986-11-06", "priProvAbbr": "DOC1"}
ANNA = {"PatNum": 31, "FName": "Anna", "LName": "Okafor", "Birthdate": "0001-01-01", "priProvAbbr": ""}


def until(holds: Callable[[], object], within: float = 5.0) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def free_port() -> int:
    """A port that is free on both loopback addresses, or was a moment ago."""
    opened = loopback_sockets(0)
    port: int = opened[0].getsockname()[1]
    for sock in opened:
        sock.close()
    return port


@dataclass(frozen=True)
class Running:
    """A listener that answers."""

    port: int
    page: str
    tally: Tally

    def fire(self, row: Mapping[str, Any], **headers: str) -> int:
        """Post a selection as Open Dental does; underscores in header names become dashes."""
        return post(
            f"http://localhost:{self.port}/",
            {
                "Authorization": KEY,
                "Workstation": "FRONT1",
                "Event-Type": "UiEventType: PatientSelected",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
            json.dumps(row).encode(),
        )

    def raw(self, data: bytes, *, finish: bool = True, family: str = "127.0.0.1") -> bytes:
        """Send bytes as they are and return all that comes back."""
        with closing(socket.create_connection((family, self.port), timeout=5)) as connection:
            connection.sendall(data)
            if finish:
                connection.shutdown(socket.SHUT_WR)
            return received(connection)

    def stream(self) -> socket.socket:
        """A page's stream, open, its first event not yet read."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.sendall(head(self.port, method="GET", target=f"/screen/{screen_pass(KEY)}/stream"))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(1)
        assert b"text/event-stream" in answer
        return connection


def received(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    answer = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return answer
        if not part:
            return answer
        answer += part


Changes = Mapping[str, str | None]
"""Headers to set, or to leave out where ``None``."""


def head(
    port: int, headers: Changes | None = None, *, method: str = "POST", target: str = "/", length: int | None = None
) -> bytes:
    """The head of a good request, with some headers changed."""
    usual: dict[str, str | None] = {
        "Host": f"localhost:{port}",
        "Authorization": KEY,
        "Workstation": "FRONT1",
        "Event-Type": "UiEventType: PatientSelected",
        "Content-Type": "application/json",
        "Content-Length": None if length is None else str(length),
    }
    usual.update(headers or {})
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in usual.items() if value is not None)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def event(port: int, headers: Changes | None = None, row: Mapping[str, Any] = BRADLEY) -> bytes:
    """A good event, byte for byte, with some headers changed."""
    body = json.dumps(row).encode()
    return head(port, headers, length=len(body)) + body


@contextmanager
def listening(
    section: ListenerSection | None = None, *, limits: Limits | None = None, port: int = 0, **parts: Any
) -> Iterator[Running]:
    """Run a listener on a free port until the block ends."""
    listener = Listener(
        section or ListenerSection(), {"southside": KEY}, limits=limits or Limits(), **{"environment": {}, **parts}
    )
    sockets = loopback_sockets(port)
    port = sockets[0].getsockname()[1]
    ready: list[Tally] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def answer() -> None:
        async with listener.running(sockets) as tally:
            ready.append(tally)
            await stop.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(answer())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    until(lambda: ready)
    try:
        yield Running(port, listener.page(port), ready[0])
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive(), "the listener did not stop"
