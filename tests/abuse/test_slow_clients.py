"""Those who connect and say little, or far too much: gone in time, while everybody else is served."""

from __future__ import annotations

import resource
import selectors
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest

from tests.abuse.conftest import FULL, so_many
from tests.abuse.raw import ROW, ROWS, connections, head, memory_of, say
from tests.support.installation import Installation, installation, until

HEADS_WITHIN = 15.0 if FULL else 5.0
BODIES_WITHIN = 35.0 if FULL else 8.0
MIB = 1024 * 1024


@pytest.fixture(autouse=True, scope="module")
def _many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def good_requests(running: Installation) -> Iterator[list[float]]:
    """Deliveries one after the other all the while; how many seconds each took to be answered 200."""
    took: list[float] = []
    done = threading.Event()

    def send() -> None:
        while not done.is_set():
            started = time.monotonic()
            status = running.post([ROW]).status_code
            took.append(time.monotonic() - started if status == 200 else float("inf"))
            done.wait(0.01)

    sending = threading.Thread(target=send)
    sending.start()
    try:
        yield took
    finally:
        done.set()
        sending.join()


def gone(opened: list[socket.socket], within: float) -> list[float]:
    """Seconds until each connection was closed by the other side."""
    started, took = time.monotonic(), []
    with selectors.DefaultSelector() as selector:
        for one in opened:
            one.setblocking(False)
            selector.register(one, selectors.EVENT_READ)
        while selector.get_map() and time.monotonic() - started < within:
            for ready, _ in selector.select(0.2):
                connection = cast("socket.socket", ready.fileobj)
                try:
                    if connection.recv(65536):
                        continue
                except ConnectionError:
                    pass
                took.append(time.monotonic() - started)
                selector.unregister(connection)
                connection.close()
        left = len(selector.get_map())
    assert not left, f"{left} of {len(opened)} are still open after {within} s"
    return took


def test_slow_connections_are_gone_in_time_and_good_requests_do_not_wait(receiver: Installation) -> None:
    """Half-sent heads, half-sent bodies and silent sockets, all at once."""
    many = so_many(150, 1000)
    good = head(receiver, length=1000) + b"[{"
    with good_requests(receiver) as took:
        silent = connections(receiver, many, b"", net=1)
        heads = connections(receiver, many, good[:60], net=2)
        bodies = connections(receiver, many, good, net=3)
        until(lambda: len(took) > 50, within=60)
        without_head = gone(silent + heads, HEADS_WITHIN)
        with_head = gone(bodies, BODIES_WITHIN)

    took.sort()
    p99 = took[int(len(took) * 0.99)]
    last = max(without_head) + max(with_head, default=0)
    print(
        f"\n{many} silent and {many} half heads gone after {max(without_head):.1f} s, {many} half bodies {last:.1f} s"
    )
    print(f"{len(took)} good requests meanwhile: p99 {p99 * 1000:.0f} ms")
    assert p99 < 0.5


def test_a_drip_does_not_put_the_deadline_off(receiver: Installation) -> None:
    """A byte now and then is no progress."""
    deadline = 10.0 if FULL else 2.0
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=0.2) as connection:
        answer = b""
        for byte in head(receiver, length=2):
            connection.sendall(bytes([byte]))
            try:
                answer = connection.recv(1000)
                break
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - started < deadline + 3


def test_one_address_cannot_have_more_than_its_connections(receiver: Installation) -> None:
    """And whoever comes from elsewhere does not notice."""
    opened = [
        socket.create_connection(("127.0.0.1", receiver.port), source_address=("127.9.9.9", 0)) for _ in range(64)
    ]
    try:
        with socket.create_connection(("127.0.0.1", receiver.port), 5, source_address=("127.9.9.9", 0)) as one_more:
            assert one_more.recv(1000).startswith(b"HTTP/1.1 503")
        assert receiver.post([ROW]).status_code == 200
    finally:
        for connection in opened:
            connection.close()


def pour(running: Installation, start: bytes, part: bytes, megabytes: int) -> tuple[int, int]:
    """Send ``start`` and then megabytes of ``part`` for as long as it is taken; bytes sent, growth of the receiver."""
    pid = running.processes["serve"].pid
    before = memory_of(pid)
    most, sent = before, 0
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        try:
            connection.sendall(start)
            while sent < megabytes * MIB:
                connection.sendall(part)
                sent += len(part)
                most = max(most, memory_of(pid))
        except OSError:
            pass
    return sent, most - before


def test_floods_are_refused_early_and_take_no_memory(receiver: Installation) -> None:
    """A head of 200 MB, a body of 300 MB that announces itself, and one that does not."""
    part = b"x" * 65536
    chunk = b"%x\r\n%b\r\n" % (len(part), part)
    for what, start, more, megabytes in (
        ("head", b"POST /apievents HTTP/1.1\r\nHost: x\r\nX-Long: ", part, so_many(60, 200)),
        ("announced body", head(receiver, length=300 * MIB), part, so_many(60, 300)),
        ("chunked body", head(receiver, b"Transfer-Encoding: chunked"), chunk, so_many(60, 300)),
    ):
        sent, grown = pour(receiver, start, more, megabytes)
        print(
            f"\n{what}: {sent / MIB:.1f} of {megabytes} MB were taken off the wire; {grown / MIB:.1f} MiB more memory"
        )
        assert sent < 25 * MIB, what
        assert grown <= 20 * MIB, what


def test_those_who_hang_up_in_the_middle_of_a_body_leave_no_trace(receiver: Installation) -> None:
    """No traceback, and about a line a second at the most."""
    many = so_many(200, 1000)
    before = len(receiver.logs())
    started = time.monotonic()
    for number in range(many):
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=5) as connection:
            connection.sendall(head(receiver, length=len(ROWS)) + ROWS[:20])
            if number % 2:  # reset it
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert receiver.post([ROW]).status_code == 200
    logged = receiver.logs()[before:]

    assert "Traceback" not in logged
    assert '"level": "error"' not in logged
    assert logged.count("\n") <= time.monotonic() - started + 2


def test_a_stop_waits_for_nobody_who_is_slow(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Half heads hear 503, half bodies have five seconds, idle and silent connections are closed; then it is gone."""
    with installation(tmp_path_factory.mktemp("stopping"), "serve") as running:
        good = head(running, length=1000) + b"[{"
        half_head = connections(running, 20, good[:60], net=4)
        half_body = connections(running, 20, good, net=5)
        connections_left = connections(running, 20, b"", net=6)
        assert say(running, head(running, length=len(ROWS)) + ROWS, within=0.5).status == 200
        started = time.monotonic()
        running.processes["serve"].send_signal(signal.SIGTERM)
        status = running.processes["serve"].wait(timeout=15)
        took = time.monotonic() - started

        assert took < 8
        assert status in (0, -signal.SIGTERM)
        assert half_head[0].recv(1000).startswith(b"HTTP/1.1 503")
        assert half_body[0].recv(1000).startswith(b"HTTP/1.1 503")
        assert '"level": "error"' not in running.logs()
        for connection in (*half_head, *half_body, *connections_left):
            connection.close()
