"""Speaking to the receiver byte by byte."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.support.installation import Installation

ROW = {"AptNum": 70_001, "PatNum": 3, "DateTStamp": "2026-01-05 08:00:00"}
ROWS = json.dumps([ROW]).encode()
_PER_ADDRESS = 50


def head(running: Installation, *headers: bytes, target: bytes = b"/apievents", length: int | None = None) -> bytes:
    """The head of a right delivery with further headers, ``Content-Length`` only where given."""
    key = running.clinic.office("southside").customer_key.encode()
    lines = [b"POST " + target + b" HTTP/1.1", b"Host: receiver.example", b"Authorization: " + key, *headers]
    if length is not None:
        lines.append(b"Content-Length: %d" % length)
    return b"\r\n".join(lines) + b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back.

    :ivar closed: the receiver closed the connection.
    """

    data: bytes
    closed: bool

    @property
    def status(self) -> int:
        """Of the first answer; 0 where there was none."""
        return int(self.data.split(b" ", 2)[1]) if self.data.startswith(b"HTTP/1.1 ") else 0

    @property
    def answers(self) -> int:
        """How many there were."""
        return self.data.count(b"HTTP/1.1 ")


def say(running: Installation, data: bytes, within: float = 5.0) -> Heard:
    """Send bytes as they are and listen until the receiver closes, or says nothing for so many seconds."""
    with closing(socket.create_connection(("127.0.0.1", running.port), timeout=within)) as connection:
        heard = b""
        try:
            connection.sendall(data)
            while part := connection.recv(65536):
                heard += part
        except TimeoutError:
            return Heard(heard, closed=False)
        except ConnectionError:
            return Heard(heard, closed=True)
        return Heard(heard, closed=True)


def connections(running: Installation, many: int, say: bytes, *, net: int) -> list[socket.socket]:
    """So many connections from addresses of 127.``net``.0.0/16, fifty from each, each having said ``say``."""
    opened = []
    for address in itertools.islice(_addresses(net), many):
        connection = socket.create_connection(("127.0.0.1", running.port), timeout=10, source_address=(address, 0))
        connection.sendall(say)
        opened.append(connection)
    return opened


def _addresses(net: int) -> Iterator[str]:
    for number in itertools.count():
        yield f"127.{net}.{number // _PER_ADDRESS // 250}.{number // _PER_ADDRESS % 250 + 1}"


def memory_of(pid: int) -> int:
    """Resident bytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096
