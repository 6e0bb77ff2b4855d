"""Reading the bytes of one request from a connection, within caps, in the one way they can be read."""

from __future__ import annotations

import asyncio
import re

from odevents.errors import DeliveryRefused
from odevents.listener.request import Head
from odevents.request_head import MAX_HEAD

MAX_BODY = 256 * 1024

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,6})\r\n")
"""No chunk extensions: nobody needs them, and they have been used to hide a second request."""


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Everything up to the empty line, line by line, so that a bare line feed is refused at once and not waited on.

    :raises DeliveryRefused: 400 or 431.
    """
    raw = bytearray()
    while not raw.endswith(b"\r\n\r\n"):
        raw += await _line(reader)
        if len(raw) > MAX_HEAD:
            raise DeliveryRefused(431, "too-large-head", "the head is too large")
    return bytes(raw)


async def read_body(head: Head, reader: asyncio.StreamReader) -> bytes:
    """The whole body, by its length or its chunks.

    :raises DeliveryRefused: 400 or 413.
    """
    if head.header("transfer-encoding"):
        return await _chunks(reader)
    length = int(head.header("content-length") or 0)
    _check_size(length)
    return await reader.readexactly(length)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := await _chunk_size(reader):
        _check_size(len(body) + size)
        body += await reader.readexactly(size)
        if await reader.readexactly(2) != b"\r\n":
            raise DeliveryRefused(400, "bad-chunk", "a chunk is longer than it says")
    if await reader.readexactly(2) != b"\r\n":
        raise DeliveryRefused(400, "bad-chunk", "headers behind the body")
    return bytes(body)


async def _chunk_size(reader: asyncio.StreamReader) -> int:
    size = _CHUNK_SIZE.fullmatch(await _line(reader))
    if size is None:
        raise DeliveryRefused(400, "bad-chunk", "a chunk does not start with its size")
    return int(size[1], 16)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise DeliveryRefused(431, "too-large-head", "a line is too long") from None
    if not line.endswith(b"\r\n"):
        raise DeliveryRefused(400, "bad-line-end", "a line does not end in CRLF")
    return line


def _check_size(size: int) -> None:
    if size > MAX_BODY:
        raise DeliveryRefused(413, "too-large", "the body is too large")
