"""An outage of an office's API, lived through on a virtual clock: rows go on coming, and then all is done at once."""

from __future__ import annotations

import resource
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
    """

    sleep: Callable[[float], None] = lambda seconds: None
    back_at: float = 0.0
    budget: LocalBudget | None = None
    calls: list[float] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    doubled: int = 0

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
        text = str(call.body["Note"])
        self.doubled += text in self.said
        self.said.add(text)
        self.sleep(0.05)
        return {"CommlogNum": len(self.said)}


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
    office.budget = LocalBudget("1/1s", clock=world.clock)
    world.office = office
    deliveries = [range(first, min(first + _ROWS_A_DELIVERY, rows)) for first in range(0, rows, _ROWS_A_DELIVERY)]
    each = hours * 3600 / len(deliveries)
    pipeline = world.process(office.fate)
    memory: list[int] = []
    sent = 0
    while len(office.said) < rows or deliveries:
        while deliveries and world.now >= began + each * sent:
            stamp = f"{datetime.fromtimestamp(world.now, LOCAL):%Y-%m-%d %H:%M:%S}"
            numbers = deliveries.pop(0)
            world.receive([version(1, AptNum=1 + n, PatNum=1 + n, DateTStamp=stamp) for n in numbers])
            sent += 1
        pipeline.drain_inbox(OFFICE)
        pipeline.drain_writes(OFFICE)
        world.now = max(world.now, min(world.next_due(), world.now + 60))
        if world.now >= office.back_at and len(memory) * rows <= 2 * len(office.said):
            memory.append(_resident())
    memory.append(_resident())
    after = [at for at in office.calls if at >= office.back_at]
    slots = (after[-1] - after[0]) / 1.0 + 1
    return Outcome(
        done=len(office.said),
        doubled=office.doubled,
        efficiency=len(after) / slots,
        closest=min(later - earlier for earlier, later in pairwise(office.calls)),
        tries_while_away=len(office.calls) - len(after),
        hours_to_drain=(after[-1] - after[0]) / 3600,
        memory=(memory[0], memory[len(memory) // 2], memory[-1]),
    )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
