"""A small HTTP/1.1 server for loopback: one request a connection, and a deadline on everything that is waited for.

One request a connection leaves nothing to smuggle a second one into. Only what :mod:`odevents.listener.request` reads
strictly is answered at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from odevents.errors import DeliveryRefused
from odevents.listener.reading import read_body, read_head
from odevents.listener.request import Head, parse_head
from odevents.listener.response import Response
from odevents.request_head import MAX_HEAD

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, in seconds, and how many.

    :ivar unread: connections whose request has not been read whole; beyond it the oldest is dropped.
    """

    head: float = 10.0
    body: float = 30.0
    goodbye: float = 1.0
    unread: int = 64


class Request:
    """One request: its head now, its body when asked for."""

    def __init__(
        self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body_within: float
    ) -> None:
        self.head = head
        self._reader = reader
        self._writer = writer
        self._body_within = body_within

    async def body(self) -> bytes:
        """The whole body, at most 256 KiB.

        :raises DeliveryRefused: 400, 408 or 413.
        """
        if self.head.header("expect").lower() == "100-continue":
            # .NET senders ask by default, and hold the body back for a third of a second unless answered.
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            async with asyncio.timeout(self._body_within):
                return await read_body(self.head, self._reader)
        except TimeoutError:
            raise DeliveryRefused(408, "slow-body", "the body did not arrive in time") from None


class Server:
    """Accepts connections and answers each with what ``respond`` returns, or ``refuse`` where that raises."""

    def __init__(
        self,
        respond: Callable[[Request], Awaitable[Response]],
        refuse: Callable[[DeliveryRefused], Response],
        limits: Limits,
    ) -> None:
        self._respond = respond
        self._refuse = refuse
        self._limits = limits
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.Task[None]] = set()
        self._unread: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self, sockets: list[socket.socket]) -> None:
        """Take over listening sockets."""
        for sock in sockets:
            self._servers.append(await asyncio.start_server(self._connected, sock=sock, limit=MAX_HEAD))

    async def stop(self) -> None:
        """Close everything at once; a page that keeps its stream open delays nothing."""
        for server in self._servers:
            server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:  # pragma: no cover - asyncio always runs the callback in a task
            return
        self._open.add(task)
        self._unread[task] = writer
        if len(self._unread) > self._limits.unread:
            self._unread.pop(next(iter(self._unread))).transport.abort()
        try:
            await self._answer(task, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # The other side went away, or we are stopping: either way there is nobody to answer.
            writer.transport.abort()
        finally:
            self._unread.pop(task, None)
            self._open.discard(task)
            writer.close()

    async def _answer(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            head = await _head(reader, self._limits.head)
            response = await self._respond(Request(head, reader, writer, self._limits.body))
        except DeliveryRefused as refusal:
            response = self._refuse(refusal)
        except (ConnectionError, EOFError):
            raise
        except Exception as error:  # a mistake of ours must not take the listener down, nor go unseen
            response = self._refuse(DeliveryRefused(500, f"mistake-{type(error).__name__}", "a mistake in odevents"))
        self._unread.pop(task, None)
        writer.write(response.head() + response.body)
        await writer.drain()
        if response.stream is not None:
            await _pour(response.stream, reader, writer)
        else:
            await _say_goodbye(reader, writer, self._limits.goodbye)


async def _head(reader: asyncio.StreamReader, within: float) -> Head:
    try:
        async with asyncio.timeout(within):
            return parse_head(await read_head(reader))
    except TimeoutError:
        raise DeliveryRefused(408, "slow-head", "the head did not arrive in time") from None


async def _pour(
    stream: AsyncGenerator[bytes, None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Send a stream until it ends or the other side leaves, and notice when it does."""
    left = asyncio.create_task(reader.read(1))
    sending = asyncio.create_task(_send_all(stream, writer))
    try:
        await asyncio.wait({left, sending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (left, sending):
            task.cancel()
        await asyncio.gather(left, sending, return_exceptions=True)


async def _send_all(stream: AsyncGenerator[bytes, None], writer: asyncio.StreamWriter) -> None:
    async with contextlib.aclosing(stream):
        async for part in stream:
            writer.write(part)
            await writer.drain()


async def _say_goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Let the answer arrive: closing over unread bytes resets the connection and may take the answer with it."""
    with contextlib.suppress(TimeoutError, OSError):
        writer.write_eof()
        async with asyncio.timeout(seconds):
            while await reader.read(_CHUNK):
                pass
