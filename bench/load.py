"""The load: a process of its own that sends deliveries over kept connections and times every answer.

It reads one :class:`Load` per line of standard input, as JSON, and writes one :class:`Answered` per line.

*Closed loop*: each connection sends the next delivery when the last one is answered. *Open loop*: deliveries are due at
fixed moments, whatever became of those before; each is timed from the moment it was due, so that a stall is seen by all
that came during it (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import cast

import msgspec
import uvloop


class Load(msgspec.Struct, kw_only=True):
    """What to send.

    :ivar bodies: files with the bodies, sent in turn.
    :ivar rate: deliveries a second for an open loop; 0 for a closed one.
    :ivar warm: seconds at the beginning that do not count.
    """

    port: int
    path: str
    headers: dict[str, str]
    bodies: list[str]
    connections: int
    seconds: float
    rate: float = 0.0
    warm: float = 0.0


class Answered(msgspec.Struct, kw_only=True):
    """What came of it; times in milliseconds.

    :ivar refused: answers other than 200.
    :ivar unanswered: open loop: due, and not answered when the time was over.
    """

    count: int
    refused: int
    unanswered: int
    per_second: float
    p50: float
    p99: float
    worst: float


class Connection(asyncio.Protocol):
    """One kept connection; one delivery at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's does not say that it is one

    def send(self, request: bytes) -> asyncio.Future[int]:
        """Send one request; its status comes."""
        assert self._transport
        self._buffer = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or self._answer is None or self._answer.done():
            return
        fields = head.lower().split(b"\r\n")
        length = next((int(field[15:]) for field in fields if field.startswith(b"content-length:")), 0)
        if len(body) >= length:
            self._answer.set_result(int(fields[0].split()[1]))

    def connection_lost(self, _: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed by the server"))


class Run:
    """One load, under way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        head = f"POST {load.path} HTTP/1.1\r\nHost: 127.0.0.1:{load.port}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in load.headers.items())
        bodies = [Path(file).read_bytes() for file in load.bodies]
        self._requests = cycle([f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies])
        self._times: list[float] = []
        self._refused = 0
        self._begin = self._end = 0.0

    async def run(self) -> Answered:
        """Send for the given time."""
        loop = asyncio.get_running_loop()
        connections = [
            (await loop.create_connection(Connection, "127.0.0.1", self._load.port))
            for _ in range(self._load.connections)
        ]
        self._begin = time.perf_counter() + self._load.warm
        self._end = self._begin + self._load.seconds
        due = asyncio.Queue[float]()
        if self._load.rate:
            step = 1 / self._load.rate
            for number in range(int((self._end - self._begin) * self._load.rate)):
                due.put_nowait(self._begin + number * step)
        sender = self._open if self._load.rate else self._closed
        await asyncio.gather(*(sender(protocol, due) for _, protocol in connections))
        for transport, _ in connections:
            transport.close()
        took = max(time.perf_counter() - self._begin, 1e-9)
        return self._answered(took, due.qsize())

    async def _closed(self, connection: Connection, _: asyncio.Queue[float]) -> None:
        while (now := time.perf_counter()) < self._end or not self._times:
            await self._one(connection, now)

    async def _open(self, connection: Connection, due: asyncio.Queue[float]) -> None:
        while not due.empty():
            moment = due.get_nowait()
            wait = moment - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            elif time.perf_counter() > self._end + 1:
                due.put_nowait(moment)  # hopelessly behind: leave it unanswered
                return
            await self._one(connection, moment)

    async def _one(self, connection: Connection, since: float) -> None:
        status = await connection.send(next(self._requests))
        now = time.perf_counter()
        if now >= self._begin:
            self._times.append((now - since) * 1000)
            self._refused += status != 200

    def _answered(self, took: float, unanswered: int) -> Answered:
        times, count = sorted(self._times), len(self._times)
        return Answered(
            count=count,
            refused=self._refused,
            unanswered=unanswered,
            per_second=count / took,
            p50=times[len(times) // 2],
            p99=times[min(len(times) - 1, int(len(times) * 0.99))],
            worst=times[-1],
        )


def main() -> None:
    """Serve loads until standard input ends."""
    for line in sys.stdin:
        answered = uvloop.run(Run(msgspec.json.decode(line, type=Load)).run())
        print(msgspec.json.encode(answered).decode(), flush=True)


if __name__ == "__main__":
    main()
