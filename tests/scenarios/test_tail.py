"""``odevents tail``: each line once, across a restart of the server, and never live when it is not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from odevents.cli.tail import Following, fits
from odevents.errors import StoreUnavailable
from odevents.store.filters import DeliveryFilter
from odevents.store.tail import Happening
from tests.support.installation import Installation, installation, until


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that receives and understands."""
    with installation(tmp_path_factory.mktemp("tail"), "serve", "worker", "scheduler") as found:
        yield found
        for client in (found.redis, found.runtime.redis):
            client.connection_pool.disconnect()


class Tailing:
    """``odevents tail --json`` in a process of its own."""

    def __init__(self, running: Installation, *options: str) -> None:
        self.out, self.talk = running.folder / "tail.out", running.folder / "tail.talk"
        with self.out.open("wb") as out, self.talk.open("wb") as talk:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "odevents.cli.main", "tail", "--json", *options],
                env={**os.environ, **running.environment, "PYTHONUNBUFFERED": "1"},
                cwd=running.folder,
                stdout=out,
                stderr=talk,
            )

    def lines(self) -> list[dict[str, Any]]:
        """What it printed so far."""
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    def deliveries(self) -> list[str]:
        """The deliveries it told of."""
        return [line["delivery"] for line in self.lines() if line["what"] == "delivery"]

    def says(self, word: str) -> bool:
        """Whether the last thing it said of the connection begins so."""
        said = self.talk.read_text().splitlines()
        return bool(said) and word in said[-1]

    def stop(self) -> None:
        """As Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=10)


def post(running: Installation, number: int) -> str:
    """One change; the id of its delivery."""
    row = {"AptNum": number, "PatNum": 3, "DateTStamp": f"2026-11-20 10:00:{number:02d}"}
    entry = running.processed(running.post([row], Event_Type="WatchTable: Appointment"))
    return str(entry.id)


def test_no_line_is_lost_or_repeated_when_the_server_is_killed_and_comes_back(running: Installation) -> None:
    """And meanwhile it says that it is not live."""
    before = post(running, 1)
    tailing = Tailing(running, "--since", "10m", "--office", "southside")
    try:
        until(lambda: tailing.says("live"), what="being live")
        seen = [before, post(running, 2), post(running, 3)]
        until(lambda: len(tailing.deliveries()) == 3, what="three lines")

        os.kill(running.server.pid, signal.SIGKILL)
        until(lambda: tailing.says("retrying"), what="saying that it is not live")
        running.server.restart()
        seen += [until(lambda: _posted(running, 4), what="the first after the restart"), post(running, 5)]

        until(lambda: tailing.says("live"), what="being live again")
        until(lambda: len(tailing.deliveries()) >= 5, what="all lines")
        time.sleep(0.6)
        assert tailing.deliveries() == seen
        positions = [line["position"] for line in tailing.lines()]
        assert len(set(positions)) == len(positions)
        assert "missing" not in tailing.talk.read_text()
    finally:
        tailing.stop()


def _posted(running: Installation, number: int) -> str:
    try:
        return post(running, number)
    except (AssertionError, StoreUnavailable):
        return ""


class FakeTail:
    """A tail that answers what it is told to."""

    def __init__(self, *answers: list[Happening] | StoreUnavailable, lost: bool = False) -> None:
        self._answers = list(answers)
        self._lost = lost

    def read(self) -> list[Happening]:
        """The next answer."""
        answer = self._answers.pop(0)
        if isinstance(answer, StoreUnavailable):
            raise answer
        return answer

    def lost(self) -> bool:
        """Whether lines are missing."""
        return self._lost


def test_the_state_of_the_connection_is_said_when_it_changes() -> None:
    """Connecting, live, retrying, live, stale, live: each once."""
    waiting = iter([0.0, 0.0, 60.0, 60.0, 0.0])
    talk: list[str] = []
    gone = StoreUnavailable("Redis is away")
    fake: Any = FakeTail([], gone, gone, [], [], [], [])
    follow = Following(fake, lambda: next(waiting), talk.append, pause=lambda _: None)
    for second in range(7):
        follow.step(1000.0 + 10 * second)

    assert [line.split(":")[0] for line in talk] == [
        "◌ connecting", "● live", "◌ retrying", "● live", "▲ stale", "● live",
    ]  # fmt: skip


def test_missing_lines_are_said() -> None:
    """More happened than is kept, or the store is another."""
    talk: list[str] = []
    fake: Any = FakeTail([], lost=True)
    Following(fake, lambda: 0.0, talk.append).step(1000.0)

    assert any("missing" in line for line in talk)


def test_lines_are_filtered_by_office_table_and_outcome() -> None:
    """A write's outcome is its state."""
    delivery = {"office": "southside", "table": "Patient", "status": "processed", "kinds": {"updated": 1}}
    write = {"office": "southside", "table": "Patient", "state": "dead"}
    happenings = [Happening("delivery", 0, delivery), Happening("write", 0, write)]

    def shown(**wanted: Any) -> list[str]:
        return [h.what for h in happenings if fits(h, DeliveryFilter(**wanted))]

    assert shown() == shown(office="southside") == shown(watch="Patient") == ["delivery", "write"]
    assert shown(outcome="updated") == ["delivery"]
    assert shown(outcome="dead") == ["write"]
    assert shown(office="lakewood") == shown(watch="Appointment") == []
