"""A plain socket server as the endpoint of events: it records each request byte for byte and answers as it is told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Caught:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def rows(self) -> Any:
        """The body decoded."""
        return json.loads(self.body)


class Catcher:
    """Listens on loopback. ``answers`` are used up in turn; after the last, every request is answered 200.

    An answer is a status, or ``"hang up"`` for closing the connection without one.
    """

    def __init__(self, *answers: int | str) -> None:
        self.answers = list(answers)
        self.caught: list[Caught] = []
        self.on_request: Callable[[Caught], None] = lambda _: None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where events are to be sent."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/od"

    def __enter__(self) -> Catcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def await_count(self, count: int, within: float = 5.0) -> None:
        """Wait until this many requests have come."""
        deadline = time.monotonic() + within
        while len(self.caught) < count:
            assert time.monotonic() < deadline, f"{len(self.caught)} of {count} requests came"
            time.sleep(0.005)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                headers: dict[str, str] = {}
                while (header := stream.readline().strip()) != b"":
                    name, _, value = header.decode().partition(": ")
                    headers[name.lower()] = value
                caught = Caught(line.decode().strip(), headers, stream.read(int(headers.get("content-length", "0"))))
                self.caught.append(caught)
                self.on_request(caught)
                answer = self.answers.pop(0) if self.answers else 200
                if isinstance(answer, str):
                    return
                connection.sendall(f"HTTP/1.1 {answer} Said so\r\nContent-Length: 0\r\n\r\n".encode())
