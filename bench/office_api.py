"""A stand-in for the APIs of many offices: answers every call after the same time, and remembers who called when.

python -m bench.office_api PORT SECONDS

``GET /seen`` tells, per customer key, when its calls came (seconds, monotonic).
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from typing import cast

import msgspec
import uvloop

_ANSWERS = {b"POST": (b"201 Created", b'{"CommlogNum":1}'), b"GET": (b"200 OK", b"[]"), b"PUT": (b"200 OK", b"{}")}


class OfficeApi(asyncio.Protocol):
    """One connection."""

    def __init__(self, seconds: float, seen: dict[str, list[float]]) -> None:
        self._seconds = seconds
        self._seen = seen
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are written to."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is none by inheritance

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
            whole = end + 4 + int(headers.get(b"content-length", 0))
            if len(self._received) < whole:
                return
            del self._received[:whole]
            self._called(head, headers)

    def _called(self, head: bytes, headers: dict[bytes, bytes]) -> None:
        verb, target = head.split(b" ", 2)[:2]
        if target == b"/seen":
            self._answer(b"200 OK", msgspec.json.encode(self._seen))
            return
        self._seen[headers[b"authorization"].rpartition(b"/")[2].decode()].append(time.monotonic())
        status, body = _ANSWERS[verb]
        asyncio.get_running_loop().call_later(self._seconds, self._answer, status, body)

    def _answer(self, status: bytes, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))


async def serve(port: int, seconds: float) -> None:
    """Answer until ended."""
    seen: dict[str, list[float]] = defaultdict(list)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: OfficeApi(seconds, seen), "127.0.0.1", port, backlog=2000)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2])))
