"""An outage of an office's API, lived through on a virtual clock: rows go on coming, and then all is done at once."""

from __future__ import annotations

import resource
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from odevents.client.budget import LocalBudget
from odevents.client.call import Call
from odevents.errors import NotSent
from odevents.store.seal import Seals
from tests.faults.crashing import LOCAL, OFFICE, OfficeInMemory, World, registry_of_text, version

RULE = """
[[reactions]]
name = "say"
on = "Appointment"
kinds = ["first-seen"]
commlog = "did {{ AptNum }}"
"""
NO_ANSWER_AFTER = 10.0
"""Seconds until a connection is given up on."""

_ROWS_A_DELIVERY = 1000


@dataclass
class DistantOffice(OfficeInMemory):
    """An office that nobody answers for until ``back_at``, one call a second.

    :ivar sleep: lets virtual seconds pass.
    :ivar calls: when each call was made.
    :ivar times: how often each row was written about. (Both are compact: the memory that is measured is not theirs.)
    """

    sleep: Callable[[float], None] = lambda seconds: None
    back_at: float = 0.0
    budget: LocalBudget | None = None
    calls: array[float] = field(default_factory=lambda: array("d"))
    times: bytearray = field(default_factory=bytearray)
    done: int = 0

    def send(self, call: Call) -> object:
        """Wait for a slot as a session does, then call."""
        assert self.budget
        while wait := self.budget.claim(30.0):
            self.sleep(wait)
        self.calls.append(self.clock())
        if self.clock() < self.back_at:
            self.sleep(NO_ANSWER_AFTER)
            raise call.error(NotSent, "no connection")
        assert call.departing
        assert call.body
        call.departing()
        self.times[int(call.body["PatNum"])] += 1
        self.done += 1
        self.sleep(0.05)
        return {"CommlogNum": self.done}


@dataclass(frozen=True)
class Outcome:
    """What was seen.

    :ivar efficiency: share of the slots, from the office's return to the end, that were used.
    :ivar closest: the shortest time between the starts of two calls, in seconds.
    :ivar memory: resident bytes of this process at the office's return, half-way and at the end.
    """

    done: int
    doubled: int
    efficiency: float
    closest: float
    tries_while_away: int
    hours_to_drain: float
    memory: tuple[int, int, int]


def live_through(url: str, seals: Seals, *, hours: float, rows: int) -> Outcome:
    """Rows come evenly through an outage of so many hours; work until all is done."""
    world = World(url, seals, registry_of_text(RULE))
    began = world.now

    def sleep(seconds: float) -> None:
        world.now += seconds

    office = DistantOffice(world.clock, sleep=sleep, back_at=began + hours * 3600)
    office.times = bytearray(rows + 1)
    office.budget = LocalBudget("1/1s", clock=world.clock)
    world.office = office
    deliveries = [range(first, min(first + _ROWS_A_DELIVERY, rows)) for first in range(0, rows, _ROWS_A_DELIVERY)]
    each = hours * 3600 / len(deliveries)
    pipeline = world.process(office.fate)
    memory: list[int] = []
    sent = 0
    while office.done < rows or deliveries:
        while deliveries and world.now >= began + each * sent:
            stamp = f"{datetime.fromtimestamp(world.now, LOCAL):%Y-%m-%d %H:%M:%S}"
            numbers = deliveries.pop(0)
            world.receive([version(1, AptNum=1 + n, PatNum=1 + n, DateTStamp=stamp) for n in numbers])
            sent += 1
        pipeline.drain_inbox(OFFICE)
        pipeline.drain_writes(OFFICE)
        world.now = max(world.now, min(world.next_due(), world.now + 60))
        if world.now >= office.back_at and len(memory) * rows <= 2 * office.done:
            memory.append(_resident())
    memory.append(_resident())
    after = [at for at in office.calls if at >= office.back_at]
    slots = (after[-1] - after[0]) / 1.0 + 1
    return Outcome(
        done=sum(times > 0 for times in office.times),
        doubled=sum(times > 1 for times in office.times),
        efficiency=len(after) / slots,
        closest=min(later - earlier for earlier, later in pairwise(office.calls)),
        tries_while_away=len(office.calls) - len(after),
        hours_to_drain=(after[-1] - after[0]) / 3600,
        memory=(memory[0], memory[len(memory) // 2], memory[-1]),
    )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
