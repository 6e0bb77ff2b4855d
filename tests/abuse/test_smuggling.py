"""Requests that two programs could read differently: 400 and closed, and nothing of them reaches the store."""

from __future__ import annotations

import itertools
import socket
from http.client import HTTPResponse

import pytest

from tests.abuse.raw import ROWS, head, say
from tests.support.installation import Installation

KEY = b"Authorization: {key}"
SMUGGLED = b"GET /livez HTTP/1.1\r\nHost: receiver.example\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(ROWS), ROWS)
LENGTH = b"Content-Length: %d" % len(ROWS)


def post(*headers: bytes, body: bytes = ROWS, line: bytes = b"POST /apievents HTTP/1.1", end: bytes = b"\r\n") -> bytes:
    """A request that is right but for what is put into it."""
    return end.join([line, *headers]) + end + end + body


HOST = b"Host: receiver.example"
RIGHT = post(HOST, KEY, LENGTH)

READ_IN_TWO_WAYS = {
    "length and chunked": post(HOST, KEY, LENGTH, CHUNKED),
    "chunked and length": post(HOST, KEY, CHUNKED, LENGTH, body=CHUNKS),
    "two lengths that differ": post(HOST, KEY, LENGTH, b"Content-Length: 3"),
    "two lengths that are equal": post(HOST, KEY, LENGTH, LENGTH),
    "a list of lengths": post(HOST, KEY, b"Content-Length: 3, 3"),
    "a length with a plus": post(HOST, KEY, b"Content-Length: +%d" % len(ROWS)),
    "a length with an underscore": post(HOST, KEY, b"Content-Length: 7_0"),
    "a length below nothing": post(HOST, KEY, b"Content-Length: -1"),
    "a length in hexadecimal": post(HOST, KEY, b"Content-Length: 0x40"),
    "an empty length": post(HOST, KEY, b"Content-Length:"),
    "a length of twenty digits": post(HOST, KEY, b"Content-Length: 99999999999999999999"),
    "an encoding nobody knows": post(HOST, KEY, b"Transfer-Encoding: xchunked", body=CHUNKS),
    "identity": post(HOST, KEY, b"Transfer-Encoding: identity", body=CHUNKS),
    "gzip, chunked": post(HOST, KEY, b"Transfer-Encoding: gzip, chunked", body=CHUNKS),
    "chunked, identity": post(HOST, KEY, b"Transfer-Encoding: chunked, identity", body=CHUNKS),
    "chunked twice": post(HOST, KEY, CHUNKED, CHUNKED, body=CHUNKS),
    "chunked behind a vertical tab": post(HOST, KEY, b"Transfer-Encoding: \x0bchunked", body=CHUNKS),
    "a space before the colon": post(HOST, KEY, b"Transfer-Encoding : chunked", body=CHUNKS),
    "chunked in HTTP/1.0": post(HOST, KEY, CHUNKED, LENGTH, line=b"POST /apievents HTTP/1.0", body=CHUNKS),
    "two keys": post(HOST, KEY, b"Authorization: other", LENGTH),
    "the same key twice": post(HOST, KEY, KEY, LENGTH),
    "two hosts": post(HOST, HOST, KEY, LENGTH),
    "no host": post(KEY, LENGTH),
    "an empty host": post(b"Host:", KEY, LENGTH),
    "a host with a user": post(b"Host: me@receiver.example", KEY, LENGTH),
    "a host with a path": post(b"Host: receiver.example/x", KEY, LENGTH),
    "two hosts in one": post(b"Host: receiver.example, evil.example", KEY, LENGTH),
    "another server's URL": post(HOST, KEY, LENGTH, line=b"POST http://evil.example/apievents HTTP/1.1"),
    "our own URL": post(HOST, KEY, LENGTH, line=b"POST http://receiver.example/apievents HTTP/1.1"),
    "an asterisk": post(HOST, KEY, line=b"OPTIONS * HTTP/1.1", body=b""),
    "a tunnel": post(HOST, KEY, line=b"CONNECT evil.example:443 HTTP/1.1", body=b""),
    "a fragment": post(HOST, KEY, LENGTH, line=b"POST /apievents#x HTTP/1.1"),
    "a target beyond ASCII": post(HOST, KEY, LENGTH, line=b"POST /apievents\xe9 HTTP/1.1"),
    "line feeds only": post(HOST, KEY, LENGTH, end=b"\n"),
    "one line feed": post(HOST + b"\nX-Other: 1", KEY, LENGTH),
    "a carriage return inside": post(HOST, KEY, b"X-Other: a\rb", LENGTH),
    "a folded header": post(HOST, KEY, b"X-Other: a\r\n b", LENGTH),
    "a folded key": post(HOST, b"Authorization:\r\n {key}", LENGTH),
    "NUL in a header": post(HOST, KEY, b"Workstation: a\0b", LENGTH),
    "ESC in a header": post(HOST, KEY, b"Workstation: a\x1b[31m", LENGTH),
    "DEL in a header": post(HOST, KEY, b"Workstation: a\x7f", LENGTH),
    "a header without a name": post(HOST, KEY, b": a", LENGTH),
    "a header without a colon": post(HOST, KEY, b"Workstation", LENGTH),
    "two machines": post(HOST, KEY, b"Workstation: A", b"Workstation: B", LENGTH),
    "two types": post(HOST, KEY, b"Event-Type: WatchTable: Patient", b"Event-Type: WatchTable: Claim", LENGTH),
    "HTTP/0.9": b"POST /apievents\r\n\r\n",
    "HTTP/1.2": post(HOST, KEY, LENGTH, line=b"POST /apievents HTTP/1.2"),
    "HTTP/2.0": post(HOST, KEY, LENGTH, line=b"POST /apievents HTTP/2.0"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method in small letters": post(HOST, KEY, LENGTH, line=b"post /apievents HTTP/1.1"),
    "a websocket": post(HOST, KEY, b"Upgrade: websocket", b"Connection: Upgrade", LENGTH),
    "HTTP/2 over plain HTTP": post(HOST, KEY, b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings", LENGTH),
    "a chunk without a length": post(HOST, KEY, CHUNKED, body=b"\r\n" + CHUNKS),
    "a chunk's length with 0x": post(HOST, KEY, CHUNKED, body=b"0x" + CHUNKS),
    "a chunk's length below nothing": post(HOST, KEY, CHUNKED, body=b"-1\r\n"),
    "a chunk's length too large": post(HOST, KEY, CHUNKED, body=b"f" * 17 + b"\r\n"),
    "chunks parted by line feeds": post(HOST, KEY, CHUNKED, body=CHUNKS.replace(b"\r\n", b"\n")),
    "a chunk longer than it says": post(HOST, KEY, CHUNKED, body=b"1\r\n" + ROWS + b"\r\n0\r\n\r\n"),
    "a header behind the body": post(HOST, KEY, CHUNKED, body=CHUNKS[:-2] + b"Authorization: other\r\n\r\n"),
    "a second request with the first": RIGHT + SMUGGLED,
    "TLS where plain is spoken": bytes.fromhex("16030100a5010000a10303") + bytes(150),
}


@pytest.mark.parametrize("name", READ_IN_TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_refused_and_the_connection_closed(receiver: Installation, name: str) -> None:
    """One answer, 400, and nothing behind it is read as a request."""
    kept = receiver.redis.llen("odevents:1:southside:inbox")
    heard = say(receiver, with_key(receiver, READ_IN_TWO_WAYS[name]))

    assert (heard.status, heard.answers, heard.closed) == (400, 1, True), heard.data
    if name != "a second request with the first":  # the first of these is a delivery in its own right
        assert receiver.redis.llen("odevents:1:southside:inbox") == kept


def with_key(receiver: Installation, request: bytes) -> bytes:
    """The request with the office's key where it belongs."""
    return request.replace(b"{key}", receiver.clinic.office("southside").customer_key.encode())


def test_there_are_enough_of_them() -> None:
    """At least forty, all different; and the request they are made from is taken."""
    assert len(set(READ_IN_TWO_WAYS.values())) == len(READ_IN_TWO_WAYS) >= 40


@pytest.mark.parametrize(
    "request_",
    [
        RIGHT,
        b"\r\n" + RIGHT,
        post(HOST, KEY, CHUNKED, body=CHUNKS),
        post(HOST, KEY, LENGTH, line=b"POST /apievents HTTP/1.0"),
        post(b"Host: [2001:db8::1]:8320", KEY, LENGTH),
        post(HOST, KEY, "Workstation: Büro".encode("latin-1"), LENGTH),
        post(HOST, KEY, b"X-Forwarded-For: 192.0.2.1", b"X-Forwarded-For: 192.0.2.2", LENGTH),
        post(HOST, KEY, CHUNKED, body=b"%x;a=b\r\n%b\r\n0\r\n\r\n" % (len(ROWS), ROWS)),
    ],
)
def test_what_an_honest_sender_may_write_is_taken(receiver: Installation, request_: bytes) -> None:
    """The control: the same requests without the trick."""
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=5) as connection:
        connection.sendall(with_key(receiver, request_))
        answer = HTTPResponse(connection)
        answer.begin()
        assert answer.status == 200, answer.read()


def test_a_connection_takes_one_request_after_the_other(receiver: Installation) -> None:
    """Strictness does not cost a sender its connection: each sees its own answer, and 413 or 404 do not end it."""
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=5) as connection:
        for request, status in [(RIGHT, 200), (post(HOST, KEY, LENGTH, line=b"POST /nowhere HTTP/1.1"), 404)] * 3:
            connection.sendall(with_key(receiver, request))
            answer = HTTPResponse(connection)
            answer.begin()
            answer.read()
            assert answer.status == status


def test_an_answer_before_the_end_of_the_body_does_not_end_the_connection(receiver: Installation) -> None:
    """The 401 comes while the body is still to be sent; a proxy's next request, somebody else's, is answered too."""
    stranger = post(HOST, b"Authorization: wrong", LENGTH, body=b"")
    with socket.create_connection(("127.0.0.1", receiver.port), 5, source_address=("127.44.0.1", 0)) as connection:
        for request, rest, status in [(stranger, ROWS, 401), (with_key(receiver, RIGHT), b"", 200)] * 3:
            connection.sendall(request)
            answer = HTTPResponse(connection)
            answer.begin()
            answer.read()
            connection.sendall(rest)
            assert answer.status == status


def test_the_rest_of_a_long_body_that_nobody_wants_is_not_read(receiver: Installation) -> None:
    """After the answer, a quarter of a megabyte at the most."""
    with socket.create_connection(("127.0.0.1", receiver.port), 5, source_address=("127.44.0.2", 0)) as connection:
        connection.sendall(post(HOST, b"Authorization: wrong", b"Content-Length: 50000000", body=b""))
        assert connection.recv(65536).startswith(b"HTTP/1.1 401")
        with pytest.raises(ConnectionError):
            connection.sendall(bytes(50_000_000))


@pytest.mark.parametrize(
    "headers",
    [
        [b"X-Large: " + b"x" * 17_000],
        [b"X-%d: %b" % (number, b"x" * 300) for number in range(60)],
        [b"X-%d: 1" % number for number in range(65)],
    ],
)
def test_a_head_has_a_size_and_a_number_of_headers(receiver: Installation, headers: list[bytes]) -> None:
    """16 KiB and 64, however they are put together."""
    heard = say(receiver, head(receiver, *headers, length=len(ROWS)) + ROWS)

    assert (heard.status, heard.answers, heard.closed) == (431, 1, True)


def test_a_target_has_a_size(receiver: Installation) -> None:
    """It is a part of the head."""
    assert say(receiver, head(receiver, target=b"/apievents?" + b"x" * 20_000, length=2)).status == 431


@pytest.mark.parametrize(
    "body",
    [
        b"1;" + b"x" * 1_000_000 + b"\r\n",
        b"".join(itertools.repeat(b"1;%b\r\n[\r\n" % (b"x" * 200), 5000)),
        CHUNKS[:-2] + b"".join(b"X-%d: %b\r\n" % (number, b"x" * 90) for number in range(1000)),
    ],
)
def test_what_chunks_are_wrapped_in_has_a_size(receiver: Installation, body: bytes) -> None:
    """Extensions and trailers are read by nobody, and could go on for ever."""
    heard = say(receiver, head(receiver, CHUNKED) + body)

    assert (heard.status in (400, 431), heard.answers, heard.closed) == (True, 1, True), heard.data
