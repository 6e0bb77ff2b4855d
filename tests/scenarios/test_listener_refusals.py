"""Whoever is not Open Dental gets a status and nothing else, and nothing happens (guarantees: T8, bar 15)."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest

from odevents.listener.server import Limits
from tests.support.listening import BRADLEY, KEY, Running, event, head, listening, until

BODY = b'{"PatNum": 28}'


@pytest.fixture(scope="module")
def listener() -> Iterator[Running]:
    with listening(limits=Limits(head=5, body=5, goodbye=0.2)) as running:
        yield running


Make = Callable[[int], bytes]


def good(**changes: str | None) -> Make:
    return lambda port: event(port, {name.replace("_", "-"): value for name, value in changes.items()})


POST = "POST / HTTP/1.1\r\nHost: {host}\r\nAuthorization: {key}\r\n"


def raw(text: str) -> Make:
    """The request as written, with {host} and {key} filled in."""
    return lambda port: text.format(host=f"localhost:{port}", key=KEY).encode("latin-1")


BROWSERS: dict[str, Make] = {
    "Origin of another site": good(Origin="https://evil.example"),
    "Origin null": good(Origin="null"),
    "Origin that is ourselves": good(Origin="http://localhost:2097"),
    "Referer": good(Referer="https://evil.example/page"),
    "a cookie": good(Cookie="session=1"),
    "Sec-Fetch-Site cross-site": good(Sec_Fetch_Site="cross-site"),
    "Sec-Fetch-Site same-origin": good(Sec_Fetch_Site="same-origin"),
    "Sec-Fetch-Mode": good(Sec_Fetch_Mode="no-cors"),
    "Sec-CH-UA": good(Sec_CH_UA='"Chromium"'),
    "a preflight": lambda port: head(
        port,
        {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST", "Authorization": None},
        method="OPTIONS",
    ),
    "a preflight without Origin": lambda port: head(port, method="OPTIONS"),
    "a preflight for private networks": lambda port: head(
        port, {"Access-Control-Request-Private-Network": "true"}, method="OPTIONS"
    ),
    "a form": good(Content_Type="application/x-www-form-urlencoded"),
    "multipart": good(Content_Type="multipart/form-data; boundary=x"),
    "text/plain": good(Content_Type="text/plain;charset=UTF-8"),
}
HOSTS: dict[str, Make] = {
    "a rebound name": good(Host="evil.example"),
    "a rebound name with our port": lambda port: event(port, {"Host": f"evil.example:{port}"}),
    "0.0.0.0": lambda port: event(port, {"Host": f"0.0.0.0:{port}"}),
    "the mapped address": lambda port: event(port, {"Host": f"[::ffff:127.0.0.1]:{port}"}),
    "a private address": lambda port: event(port, {"Host": f"192.168.1.20:{port}"}),
    "localhost without the port": good(Host="localhost"),
    "localhost with another port": good(Host="localhost:1"),
    "localhost with a dot behind it": lambda port: event(port, {"Host": f"localhost.:{port}"}),
    "a subdomain of localhost": lambda port: event(port, {"Host": f"evil.localhost:{port}"}),
    "a decimal address": lambda port: event(port, {"Host": f"2130706433:{port}"}),
    "no Host": good(Host=None),
}
KEYS: dict[str, Make] = {
    "no key": good(Authorization=None),
    "an empty key": good(Authorization=""),
    "an unknown key": good(Authorization="customer-key-of-nobody"),
    "a key cut short": good(Authorization=KEY[:-1]),
    "a key in other letters": good(Authorization=KEY.upper()),
    "Basic": good(Authorization="Basic Y3VzdG9tZXI="),
    "Bearer": good(Authorization=f"Bearer {KEY}"),
    "the REST scheme": good(Authorization=f"ODFHIR developer/{KEY}"),
}
BODIES: dict[str, Make] = {
    "no JSON": lambda port: head(port, length=5) + b"hello",
    "an empty body": lambda port: head(port, length=0),
    "a number": lambda port: head(port, length=1) + b"7",
    "two rows": lambda port: head(port, length=2 * len(BODY) + 3) + b"[" + BODY + b"," + BODY + b"]",
    "one row in an array": lambda port: head(port, length=len(BODY) + 2) + b"[" + BODY + b"]",
    "a watch table's rows from an older version": lambda port: (
        head(port, {"Event-Type": None}, length=len(BODY) + 2) + b"[" + BODY + b"]"
    ),
    "no PatNum": lambda port: head(port, length=2) + b"{}",
    "a PatNum that is none": lambda port: head(port, length=16) + b'{"PatNum": true}',
    "deep nesting": lambda port: head(port, length=200_000) + b"[" * 200_000,
    "UTF-16": lambda port: head(port, length=30) + '{"PatNum":28}  '.encode("utf-16-le"),
    "a lone surrogate": lambda port: head(port, length=34) + b'{"PatNum": 28, "FName": "\\ud800  "}',
    "a compressed body": good(Content_Encoding="gzip"),
    "a body of a megabyte": lambda port: head(port, length=1_000_000) + b" " * 1000,
    "a database event": good(Event_Type="WatchTable: Appointment"),
}
SMUGGLING: dict[str, Make] = {
    "two lengths": raw(POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}"),
    "length and chunks": raw(POST + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "another coding": raw(POST + "Transfer-Encoding: xchunked\r\n\r\n"),
    "a signed length": raw(POST + "Content-Length: +2\r\n\r\n{{}}"),
    "a length with underscores": raw(POST + "Content-Length: 1_0\r\n\r\n"),
    "a negative length": raw(POST + "Content-Length: -1\r\n\r\n"),
    "a chunk extension": raw(POST + "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{{}}\r\n0\r\n\r\n"),
    "a chunk longer than it says": raw(POST + "Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}xx\r\n0\r\n\r\n"),
    "trailers": raw(POST + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n"),
    "bare line feeds": raw("POST / HTTP/1.1\nHost: {host}\nAuthorization: {key}\nContent-Length: 0\n\n"),
    "a folded header": raw(POST + " more\r\n\r\n"),
    "an escape in a header": raw("POST / HTTP/1.1\r\nHost: {host}\r\nWorkstation: a\x1bb\r\n\r\n"),
    "a delete character in a header": raw("POST / HTTP/1.1\r\nHost: {host}\r\nWorkstation: a\x7fb\r\n\r\n"),
    "a line feed in a header": raw("POST / HTTP/1.1\r\nHost: {host}\r\nWorkstation: a\nX: b\r\n\r\n"),
    "a space before the colon": raw("POST / HTTP/1.1\r\nHost : {host}\r\n\r\n"),
    "two hosts": raw("POST / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n"),
    "two keys": raw(POST + "Authorization: x\r\n\r\n"),
    "an absolute target": raw("POST http://evil.example/ HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    "an asterisk": raw("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    "HTTP/1.0": raw("POST / HTTP/1.0\r\nHost: {host}\r\nAuthorization: {key}\r\n\r\n"),
    "HTTP/2's preface": raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "TLS": lambda _: b"\x16\x03\x01\x02\x00\x01\x00\n\x01\xfc\x03\x03" + b"\0" * 64,
    "a long header": lambda port: head(port, {"X": "x" * 20_000}),
    "a very long line": lambda port: head(port, target="/" + "a" * 100_000),
    "a hundred headers": lambda port: head(port, {f"X-{number}": "x" for number in range(100)}),
}
METHODS: dict[str, Make] = {
    method: partial(head, method=method, length=0) for method in ("PUT", "DELETE", "PATCH", "HEAD", "TRACE", "CONNECT")
}
PAGES: dict[str, Make] = {
    "the root": lambda port: head(port, method="GET"),
    "the page without its pass": lambda port: head(port, method="GET", target="/screen/"),
    "the page with another pass": lambda port: head(port, method="GET", target=f"/screen/{'a' * 24}/"),
    "the stream with another pass": lambda port: head(port, method="GET", target=f"/screen/{'a' * 24}/stream"),
    "the counters without a key": lambda port: head(
        port, method="GET", target="/status", headers={"Authorization": None}
    ),
    "the counters from a page": lambda port: head(
        port, method="GET", target="/status", headers={"Sec-Fetch-Site": "same-origin"}
    ),
}
MATRIX = {
    f"{group}: {name}": make
    for group, cases in (
        ("browsers", BROWSERS),
        ("hosts", HOSTS),
        ("keys", KEYS),
        ("bodies", BODIES),
        ("smuggling", SMUGGLING),
        ("methods", METHODS),
        ("pages", PAGES),
    )
    for name, make in cases.items()
}


@pytest.mark.parametrize("make", MATRIX.values(), ids=MATRIX.keys())
def test_is_refused_with_a_status_alone(listener: Running, make: Make) -> None:
    before = listener.tally.selections
    answer = listener.raw(make(listener.port))
    status_line, _, rest = answer.partition(b"\r\n")
    headers, _, body = rest.partition(b"\r\n\r\n")
    assert status_line.split()[1][:1] == b"4"
    assert body == b""
    assert b"access-control" not in headers.lower()
    assert b"connection: close" in headers.lower()
    assert listener.tally.selections == before


def test_the_same_request_untouched_is_accepted(listener: Running) -> None:
    before = listener.tally.selections
    assert listener.raw(event(listener.port, row={**BRADLEY, "PatNum": 77})).startswith(b"HTTP/1.1 200 ")
    assert listener.tally.selections == before + 1


def test_a_page_of_another_site_cannot_open_ours_even_with_the_pass(listener: Running) -> None:
    target = "/" + listener.page.split("/", 3)[3]
    for name, value in (
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
    ):
        answer = listener.raw(head(listener.port, method="GET", target=target, headers={name: value}))
        assert answer.startswith(b"HTTP/1.1 403 ")
    assert listener.raw(head(listener.port, method="GET", target=target)).startswith(b"HTTP/1.1 200 ")


def test_it_is_not_reached_by_any_other_address_of_this_machine(listener: Running) -> None:
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address would be used
    outside = probe.getsockname()[0]
    probe.close()
    if outside.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    with pytest.raises(OSError, match=r"refused|unreachable"):
        socket.create_connection((outside, listener.port), timeout=2)


def test_another_loopback_address_is_not_ours_either(listener: Running) -> None:
    with pytest.raises(OSError, match=r"refused|Can't assign|not valid"):
        socket.create_connection(("127.0.0.2", listener.port), timeout=2)


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_no_other_program_can_share_the_port(listener: Running, family: int, address: str) -> None:
    with socket.socket(family) as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match=r"in use|forbidden"):
            stranger.bind((address, listener.port))


def test_ipv6_loopback_is_served_with_the_same_rules(listener: Running) -> None:
    good = event(listener.port, {"Host": f"[::1]:{listener.port}"}, {**BRADLEY, "PatNum": 66})
    assert listener.raw(good, family="::1").startswith(b"HTTP/1.1 200 ")
    assert listener.raw(event(listener.port, {"Authorization": "x"}), family="::1").startswith(b"HTTP/1.1 401 ")


def test_a_wrong_key_is_refused_before_any_of_the_body_is_sent(listener: Running) -> None:
    waiting = head(listener.port, {"Authorization": "x", "Expect": "100-continue"}, length=1000)
    assert listener.raw(waiting, finish=False).startswith(b"HTTP/1.1 401 ")


def test_nothing_behind_a_request_is_read_as_a_second_one(listener: Running) -> None:
    before = listener.tally.selections
    two = event(listener.port, row={**BRADLEY, "PatNum": 1}) + event(listener.port, row={**BRADLEY, "PatNum": 2})
    assert listener.raw(two).count(b"HTTP/1.1") == 1
    assert listener.tally.selections == before + 1


def test_slow_senders_are_cut_off_and_counted() -> None:
    with listening(limits=Limits(head=0.2, body=0.2)) as listener:
        assert listener.raw(b"POST / HTTP/1.1\r\nHost: loc", finish=False).startswith(b"HTTP/1.1 408 ")
        assert listener.raw(b"", finish=False).startswith(b"HTTP/1.1 408 ")
        assert listener.raw(head(listener.port, length=100) + b"{", finish=False).startswith(b"HTTP/1.1 408 ")
        until(lambda: listener.tally.refused == {"slow-head": 2, "slow-body": 1})


def test_silent_connections_never_keep_an_event_out() -> None:
    with listening(limits=Limits(unread=8)) as listener:
        silent = [socket.create_connection(("127.0.0.1", listener.port)) for _ in range(50)]
        try:
            assert listener.fire(BRADLEY) == 200
            # The oldest were dropped to make room; the last ones still may speak.
            silent[0].settimeout(5)
            assert _closed(silent[0])
            silent[-1].sendall(event(listener.port, row={**BRADLEY, "PatNum": 5}))
            silent[-1].settimeout(5)
            assert silent[-1].recv(100).startswith(b"HTTP/1.1 200 ")
        finally:
            for connection in silent:
                connection.close()


def _closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_hundreds_of_half_requests_cost_little_and_delay_nobody(listener: Running) -> None:
    halves = [b"", b"POST / HTTP/1.1\r\nHost: x", head(listener.port, length=1000) + b"{"]
    flood = [socket.create_connection(("127.0.0.1", listener.port)) for _ in range(300)]
    try:
        for number, connection in enumerate(flood):
            with suppress(ConnectionError):
                connection.sendall(halves[number % len(halves)])
        began = time.monotonic()
        for number in range(20):
            assert listener.fire({**BRADLEY, "PatNum": 900 + number}) == 200
        assert time.monotonic() - began < 2
    finally:
        for connection in flood:
            connection.close()
