"""Many offices at once: are their budgets used, on how little processor and memory, and what does a working day cost?

Each office's API is a stand-in that takes 200 ms for every call. A full lane is one that always has a write due: then
an office on one call a second could take one a second, and whatever it does not get was lost by us.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from bench.installation import Fleet, fleet
from bench.line import Form, Line
from bench.rows import appointment, changed, delivery

ANSWER_AFTER = 0.2
_CORES = 2

COMMLOG_FOR_EACH = """
[[reactions]]
name = "each"
on = "Appointment"
kinds = ["first-seen", "updated"]
commlog = "Seen {{ AptNum }}"
"""
SOME_ROWS = """
[[reactions]]
name = "moved-to-one"
on = "Appointment"
changed = ["Op"]
when = { Op = 1 }
commlog = "Moved"
"""

_DAY_SECONDS = 10 * 3600
_DAY_DELIVERIES = 600
"""Of one office on a working day, of one to three rows each; an eighth of the rows wants a write. An assumption."""


def measure(form: Form) -> Iterator[Line]:
    """The lines of this measure."""
    yield from _full_lanes(offices=200, seconds=60 if form.full else 20)
    yield from _working_day(offices=1000, share=20 if form.full else 100)


def _full_lanes(offices: int, seconds: float) -> Iterator[Line]:
    with fleet(offices, budget="1/1s", reactions=COMMLOG_FOR_EACH, answer_after=ANSWER_AFTER) as running:
        _fill(running, rows=int(seconds) + 30)
        time.sleep(3)  # until the last inbox lane's lanes are in hand
        before, since = running.processor(), time.monotonic()
        time.sleep(seconds)
        after, until = running.processor(), time.monotonic()
        memory, calls = running.memory(), running.calls()
        in_time = {key: [at for at in times if since <= at < until] for key, times in calls.items()}
        took = sum(after.values()) - sum(before.values())
        made, lasted = sum(map(len, in_time.values())), until - since
    at = f"{offices} full lanes, {ANSWER_AFTER * 1000:.0f} ms a call"
    closest = min(later - earlier for times in calls.values() for earlier, later in pairwise(times))
    note = f"closest two calls of one office {closest:.3f} s apart"
    yield Line("budgets used", at, [made / (offices * lasted)], goal=0.95, unit="of 1", note=note)
    yield Line("least used office", at, [min(map(len, in_time.values())) / lasted], unit="of 1")
    ms = {name: 1000 * (after[name] - before[name]) / made for name in after}
    yield Line("processor time a write", at, [1000 * took / made], unit="ms", at_least=False, values=ms)
    yield Line("cores used", at, [took / lasted], goal=float(_CORES), at_least=False, unit="cores")
    whole = sum(memory.values())
    yield Line("memory of all processes", at, [whole], goal=1000, at_least=False, unit="MB", values=memory)


def _fill(running: Fleet, rows: int) -> None:
    """Let every office have so many writes to make."""
    chance = random.Random(3)
    connection = running.connect()
    for office in range(running.offices):
        body = delivery([appointment(number, chance) for number in range(1, rows + 1)])
        running.post(office, body, connection)
    running.until(lambda: not running.waiting(), within=180)


def _working_day(offices: int, share: int) -> Iterator[Line]:
    """A part of a day as fast as it goes; the day's cost is that times the parts, and its idle hours' cost besides."""
    with fleet(offices, budget="none", reactions=SOME_ROWS, answer_after=ANSWER_AFTER) as running:
        _send(running, _DAY_DELIVERIES // share, first=False)
        running.until(lambda: not running.waiting() and not running.planned(), within=300)
        calls = sum(map(len, running.calls().values()))
        before, since = running.processor(), time.monotonic()
        acks = _send(running, _DAY_DELIVERIES // share, first=True)
        running.until(lambda: not running.waiting() and not running.planned(), within=300)
        after, lasted = running.processor(), time.monotonic() - since
        writes = sum(map(len, running.calls().values())) - calls
        idle_before, idle_since = running.processor(), time.monotonic()
        time.sleep(10)
        quiet, idle_lasted = running.processor(), time.monotonic() - idle_since
        idling = {name: 100 * (quiet[name] - idle_before[name]) / idle_lasted for name in quiet}
        memory = running.memory()
    took = sum(after.values()) - sum(before.values())
    at = f"{offices} offices, a working day"
    idle = sum(idling.values()) / 100
    day = took * share / _DAY_SECONDS + idle
    values = {name: after[name] - before[name] for name in after}
    note = f"1/{share} of the day in {lasted:.0f} s, extrapolated; {writes} writes, {len(acks)} deliveries"
    yield Line("share of the cores", at, [100 * day / _CORES], unit="%", values=values, note=note)
    yield Line("of it idle", at, [100 * idle / _CORES], unit="%", values=idling)
    yield Line("times the traffic until the cores are full", at, [(_CORES - idle) / (day - idle)])
    yield Line("memory of all processes", at, [sum(memory.values())], unit="MB", values=memory)


def _send(running: Fleet, deliveries: int, *, first: bool) -> list[float]:
    """Every office sends so many deliveries, all offices in turn; how long each answer took."""

    def send(offices: range) -> list[float]:
        chance, connection, acks = random.Random(offices.start), running.connect(), []
        for number in range(deliveries):
            for office in offices:
                rows = [appointment(3 * number + n, chance) for n in range(chance.randrange(1, 4))]
                body = delivery([changed(row) for row in rows] if first else rows)
                acks.append(running.post(office, body, connection))
        return acks

    with ThreadPoolExecutor(4) as senders:
        parts = [range(start, running.offices, 4) for start in range(4)]
        return [ack for part in senders.map(send, parts) for ack in part]
