"""A drill: the store's disk is lost, yesterday's copy is put back, and nothing is lost or done twice."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import httpx

from tests.support.command import run
from tests.support.installation import Installation, installation, until

MOST_SECONDS = 300
REACTIONS = """
[[reactions]]
name = "pattern-changed"
on = "Appointment"
changed = ["Pattern"]
note = "Pattern changed {{ today }}"
"""


def test_a_copy_is_put_back_and_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    """Copied while running; no write is made again when its event comes again, be it from before the copy or after."""
    with installation(tmp_path, "serve", "worker", reactions=REACTIONS) as running:
        for number in (1, 2, 3):
            running.processed(send(running, number, "/X/"))
        running.processed(send(running, 1, "//X"))
        until(lambda: notes(running) == {1: 1}, what="the write before the copy")
        copied_at = time.time()
        back_up(running, tmp_path / "copy")
        after = [send(running, 2, "//X"), send(running, 3, "//X")]
        for answer in after:
            running.processed(answer)
        until(lambda: notes(running) == {1: 1, 2: 1, 3: 1}, what="the writes after the copy")

        begun = time.monotonic()
        lose_the_disk(running)
        put_back(running, tmp_path / "copy")
        run(running, "recover", "--since", f"{int(time.time() - copied_at) + 60}s", "--reason", "a drill", "--yes")
        running.start("serve", "worker")
        again = [send(running, number, "//X") for number in (1, 2, 3)]  # as Open Dental does after a rewind
        for answer in again:
            running.processed(answer)
        until(running.idle, within=60, what="the end of all work")
        took = time.monotonic() - begun

        assert notes(running) == {1: 1, 2: 1, 3: 1}
        patterns = snapshots(running)
        assert patterns == {"1": "//X", "2": "//X", "3": "//X"}, "what came after the copy is known again"
        assert took < MOST_SECONDS
        print(f"the disk was lost, and everything went on {took:.1f} s later")


def send(running: Installation, number: int, pattern: str) -> httpx.Response:
    """One version of an appointment, stamped now."""
    stamp = f"{running.access().local_time(time.time()):%Y-%m-%d %H:%M:%S}"
    row = {"AptNum": number, "PatNum": number, "Pattern": pattern, "DateTStamp": stamp}
    return running.post([row], Event_Type="WatchTable: Appointment")


def notes(running: Installation) -> dict[int, int]:
    """How many notes each appointment was given."""
    found: dict[int, int] = {}
    for verb, path in running.writes():
        if verb == "PUT" and path.endswith("/Note"):
            number = int(path.split("/")[2])
            found[number] = found.get(number, 0) + 1
    return found


def snapshots(running: Installation) -> dict[str, Any]:
    """What is known of the three appointments."""
    known = running.runtime.store.snapshots.read("southside", "Appointment", ["1", "2", "3"])
    return {key: (snapshot.values or {}).get("Pattern") for key, snapshot in known.items()}


def back_up(running: Installation, copy: Path) -> None:
    """As docs/how-to/drills.md says: no rewriting of the file meanwhile, then copy it while the server runs."""
    running.redis.config_set("auto-aof-rewrite-percentage", 0)
    shutil.copytree(running.folder / "server" / "appendonlydir", copy)
    running.redis.config_set("auto-aof-rewrite-percentage", 100)


def lose_the_disk(running: Installation) -> None:
    """Everything stops at once and the server's data is gone."""
    for process in running.processes.values():
        process.kill()
        process.wait()
    os.kill(running.server.pid, signal.SIGKILL)
    until(lambda: not running.server.running(), what="the server's end")
    shutil.rmtree(running.folder / "server" / "appendonlydir")


def put_back(running: Installation, copy: Path) -> None:
    """The copy in place, the server started on it."""
    shutil.copytree(copy, running.folder / "server" / "appendonlydir")
    running.server.restart()
