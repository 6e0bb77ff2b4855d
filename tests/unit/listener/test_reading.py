"""Reading requests: what a .NET sender may do is taken, in any split of its bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odevents.errors import DeliveryRefused
from odevents.listener.reading import MAX_BODY, read_body, read_head
from odevents.listener.request import Head, parse_head
from odevents.request_head import MAX_HEAD
from tests.support.listening import BRADLEY, Running, event, head, listening, received

GOOD = b"POST /PatientSelected?type=x HTTP/1.1\r\nHost: localhost:2097\r\nWorkstation:  FRONT1 \r\n\r\n"


async def read_in_parts(parts: list[bytes]) -> tuple[Head, bytes]:
    reader = asyncio.StreamReader(limit=MAX_HEAD)
    for part in parts:
        reader.feed_data(part)
    reader.feed_eof()
    head = parse_head(await read_head(reader))
    return head, await read_body(head, reader)


def chunked(body: bytes, sizes: list[int]) -> bytes:
    sent, out = 0, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    for size in sizes:
        part = body[sent : sent + size]
        if part:
            out += b"%x\r\n%b\r\n" % (len(part), part)
        sent += size
    return out + b"0\r\n\r\n"


def test_a_head_is_read_with_its_spaces_trimmed_and_its_names_in_lower_case() -> None:
    read = parse_head(GOOD)
    assert (read.method, read.path, read.query) == ("POST", "/PatientSelected", "type=x")
    assert read.headers == {"host": "localhost:2097", "workstation": "FRONT1"}


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8), st.integers(1, 60))
def test_chunks_of_any_size_give_the_body_back(sizes: list[int], split: int) -> None:
    body = bytes(range(32, 127)) * 3
    sizes.append(len(body))
    data = chunked(body, sizes)
    parts = [data[at : at + split] for at in range(0, len(data), split)]
    assert asyncio.run(read_in_parts(parts))[1] == body


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_any_bytes_are_a_request_or_refused_and_nothing_else(data: bytes) -> None:
    with suppress(DeliveryRefused):
        assert parse_head(data + b"\r\n\r\n").path.startswith("/")


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_chunks_or_refused_and_nothing_else(data: bytes) -> None:
    raw = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + data
    with suppress(DeliveryRefused, asyncio.IncompleteReadError):
        assert isinstance(asyncio.run(read_in_parts([raw]))[1], bytes)


def test_a_body_may_be_as_large_as_the_cap_and_no_larger() -> None:
    for size, taken in ((MAX_BODY, True), (MAX_BODY + 1, False)):
        body = b" " * size
        for raw in (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size + body, chunked(body, [100_000] * 4)):
            if taken:
                assert asyncio.run(read_in_parts([raw]))[1] == body
            else:
                with pytest.raises(DeliveryRefused) as refused:
                    asyncio.run(read_in_parts([raw]))
                assert refused.value.status == 413


@pytest.fixture(scope="module")
def listener() -> Iterator[Running]:
    with listening() as running:
        yield running


def test_the_example_of_the_documentation_is_taken_byte_for_byte(listener: Running, spec: Path) -> None:
    text = (spec / "api-events.txt").read_text()
    body = text[text.rindex("{\n") :].strip().encode()
    assert json.loads(body)["PatNum"] == 28
    headers = {"Content-Type": None, "Workstation": "MOLLYR"}
    assert listener.raw(head(listener.port, headers, length=len(body)) + body).startswith(b"HTTP/1.1 200 ")


def test_a_sender_that_waits_for_100_continue_is_told_to_go_on_at_once(listener: Running) -> None:
    body = json.dumps({**BRADLEY, "PatNum": 41}).encode()
    with closing(socket.create_connection(("127.0.0.1", listener.port), timeout=5)) as connection:
        began = time.monotonic()
        connection.sendall(head(listener.port, {"Expect": "100-continue"}, length=len(body)))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert time.monotonic() - began < 0.1
        connection.sendall(body)
        assert received(connection).startswith(b"HTTP/1.1 200 ")


def test_a_sender_that_uses_chunks_is_understood(listener: Running) -> None:
    body = json.dumps({**BRADLEY, "PatNum": 42}).encode()
    chunks = head(listener.port, {"Transfer-Encoding": "chunked"}) + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert listener.raw(chunks).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("path", ["/", "/PatientSelected", "/patientevent", "/od?type=PatientSelected", "/any/thing"])
def test_older_versions_without_an_event_type_are_taken_on_any_path(listener: Running, path: str) -> None:
    body = json.dumps({**BRADLEY, "PatNum": hash(path)}).encode()
    request = head(listener.port, {"Event-Type": None, "Workstation": None}, target=path, length=len(body)) + body
    assert listener.raw(request).startswith(b"HTTP/1.1 200 ")


def test_a_good_event_is_split_anywhere_and_still_taken(listener: Running) -> None:
    data = event(listener.port, row={**BRADLEY, "PatNum": 43})
    with closing(socket.create_connection(("127.0.0.1", listener.port), timeout=5)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(data), 7):
            connection.sendall(data[at : at + 7])
        assert received(connection).startswith(b"HTTP/1.1 200 ")
