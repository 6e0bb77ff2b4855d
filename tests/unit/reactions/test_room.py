"""Where handlers run: side by side, and suspects alone."""

from __future__ import annotations

import subprocess
import sys
import threading

from odevents.reactions.room import Room
from tests.support.installation import until


def test_handlers_run_side_by_side() -> None:
    room, both = Room(), threading.Barrier(2)

    def run() -> None:
        with room.enter(60, alone=False):
            both.wait(10)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert not both.broken


def test_a_suspect_waits_until_all_have_left_and_lets_nobody_in() -> None:
    room, leave, seen = Room(), threading.Event(), []

    def run(name: str, *, alone: bool) -> None:
        with room.enter(60, alone=alone):
            seen.append(name)
            if name == "first":
                leave.wait(10)

    first = threading.Thread(target=run, args=("first",), kwargs={"alone": False})
    first.start()
    until(lambda: seen, what="the first one")
    suspect = threading.Thread(target=run, args=("suspect",), kwargs={"alone": True})
    suspect.start()
    until(lambda: room._suspects, what="the suspect at the door")
    later = threading.Thread(target=run, args=("later",), kwargs={"alone": False})
    later.start()
    later.join(0.1)
    assert seen == ["first"]

    leave.set()
    for thread in (first, suspect, later):
        thread.join(10)

    assert seen == ["first", "suspect", "later"]


def test_the_earliest_deadline_of_all_that_are_there_ends_the_process() -> None:
    program = """
import threading, time
from odevents.reactions.room import Room
room = Room()
def stay():
    with room.enter(0.2, alone=False):
        time.sleep(30)
threading.Thread(target=stay, daemon=True).start()
with room.enter(60, alone=False):
    time.sleep(30)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=20, check=False)

    assert ended.returncode == 1
    assert b"Timeout" in ended.stderr


def test_a_handler_that_has_left_has_no_deadline() -> None:
    program = """
import time
from odevents.reactions.room import Room
with Room().enter(0.1, alone=False):
    pass
time.sleep(0.4)
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=20, check=False).returncode == 0
