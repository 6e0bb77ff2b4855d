"""A deploy under load: every process is replaced, one after the other, and no request and no event is lost."""

from __future__ import annotations

import signal
import socket
import threading
import time
from itertools import count
from pathlib import Path

import httpx

from tests.support.balancer import Balancer
from tests.support.installation import Installation, free_port, installation, until

SENDERS = 3
ENDED = (0, -signal.SIGTERM)
"""uvicorn finishes what it has in hand and then ends by the signal it was sent."""

REACTIONS = """
[[reactions]]
name = "pattern-changed"
on = "Appointment"
changed = ["Pattern"]
commlog = "Pattern changed to {{ Pattern }}"
"""


def test_every_process_is_replaced_under_load_and_nothing_is_lost(tmp_path: Path) -> None:
    """Two receivers behind a balancer, the workers, the scheduler: each ends by itself and is started anew."""
    with installation(tmp_path, "serve", "worker", "scheduler", reactions=REACTIONS) as running:
        second = start_second_receiver(running)
        balancer = Balancer(running.port, second)
        senders = [Sender(running, balancer.port, number) for number in range(1, SENDERS + 1)]
        for sender in senders:
            sender.start()
        try:
            for name, port in (("serve", running.port), ("second", second)):
                balancer.take_out(port)
                until(lambda port=port: not balancer.carries(port), what="the end of its connections")  # type: ignore[misc]
                replace(running, name, port)
                balancer.put_in(port)
            for name in ("worker", "scheduler"):
                replace(running, name)
        finally:
            for sender in senders:
                sender.stop()
            balancer.stop()
        until(running.idle, within=60, what="the end of all work")

        answers = [answer for sender in senders for answer in sender.answers]
        assert [sender.failed for sender in senders] == [[]] * SENDERS
        assert len(answers) > 50, "the control: there was load"
        assert {running.processed(answer).status for answer in answers} == {"processed"}
        assert sum(sender.changes for sender in senders) == len(running.writes()), "one commlog a change"


def test_what_is_being_received_when_a_receiver_is_told_to_stop_is_kept(tmp_path: Path) -> None:
    """A body whose first half has come; connections on which nothing comes do not hold up the end."""
    with installation(tmp_path, "serve") as running:
        body = b'[{"AptNum": 1, "DateTStamp": "2026-01-05 08:00:00"}]'
        key = running.clinic.office("southside").customer_key
        head = (
            f"POST /apievents HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n"
            f"Event-Type: WatchTable: Appointment\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(20)]
        with socket.create_connection(("127.0.0.1", running.port)) as half:
            half.sendall(head.encode() + body[:20])
            time.sleep(0.3)  # until it is there: nothing shows that from outside
            running.processes["serve"].terminate()
            until(lambda: not running.ready(), what="taking no new ones")
            half.sendall(body[20:])
            answer = half.recv(4096)
        assert answer.startswith(b"HTTP/1.1 200")
        assert running.processes["serve"].wait(timeout=25) in ENDED
        assert running.redis.llen("odevents:1:southside:inbox") == 1
        for connection in silent:
            connection.close()


def start_second_receiver(running: Installation) -> int:
    """Another receiver of the same installation; its port."""
    first, port = running.environment["ODEVENTS_PORT"], free_port()
    running.environment["ODEVENTS_PORT"] = str(port)
    running.launch("second", "odevents.cli.main", "serve")
    running.environment["ODEVENTS_PORT"] = first
    until(lambda: answers(port), within=60, what="the second receiver's start")
    return port


def replace(running: Installation, name: str, port: int | None = None) -> None:
    """Tell a process to stop, wait until it has, and start it anew."""
    old = running.processes[name]
    old.terminate()
    assert old.wait(timeout=60) in ENDED
    before, kept = running.logs(), running.environment["ODEVENTS_PORT"]
    if port is None:
        running.launch(name, "odevents.cli.main", name)
        ready = f"{name} ready"
        until(lambda: running.logs().count(ready) > before.count(ready), within=60, what=f"the new {name}'s start")
    else:
        running.environment["ODEVENTS_PORT"] = str(port)
        running.launch(name, "odevents.cli.main", "serve")
        running.environment["ODEVENTS_PORT"] = kept
        until(lambda: answers(port), within=60, what="the new receiver's start")


def answers(port: int) -> bool:
    """Whether a receiver takes deliveries."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


class Sender(threading.Thread):
    """Sends version after version of one appointment through the balancer, each on a connection of its own."""

    def __init__(self, running: Installation, port: int, number: int) -> None:
        super().__init__()
        self._url = f"http://127.0.0.1:{port}/apievents"
        self._headers = {
            "Authorization": running.clinic.office("southside").customer_key,
            "Event-Type": "WatchTable: Appointment",
            "Workstation": "SRV01",
            "Connection": "close",
        }
        self._number = number
        self._stopping = threading.Event()
        self.answers: list[httpx.Response] = []
        self.failed: list[str] = []
        self.changes = 0

    def run(self) -> None:
        """Send; every tenth version changes something that a rule wants, so that the loop breaker stays quiet."""
        with httpx.Client(trust_env=False, timeout=30) as client:
            for version in count():
                if self._stopping.wait(0.05):
                    return
                row = {
                    "AptNum": self._number,
                    "PatNum": self._number,
                    "Pattern": "/" * (1 + min(version // 10, 4)),
                    "DateTStamp": f"2026-01-05 08:{version // 60 % 60:02}:{version % 60:02}",
                }
                try:
                    answer = client.post(self._url, json=[row], headers=self._headers)
                except httpx.HTTPError as error:
                    self.failed.append(type(error).__name__)
                else:
                    (self.answers if answer.status_code == 200 else self.failed).append(answer)  # type: ignore[arg-type]
                    self.changes += version in (10, 20, 30, 40)

    def stop(self) -> None:
        """Send no more."""
        self._stopping.set()
        self.join()
