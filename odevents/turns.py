"""The second half of the pipeline: a write lane, worked through one turn at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from odevents.followed import write_followed
from odevents.log import logger
from odevents.office import Offices
from odevents.reactions.performing import Performing
from odevents.store.atomic import Lease, Steps
from odevents.store.lane_head import HeadUnreadable, May
from odevents.store.ledger import Share, Write
from odevents.store.store import Store

if TYPE_CHECKING:
    from odevents.tracing import Traces

HELD_FOR = 10.0
"""Seconds after which what is paused is looked at again."""


class Next(Enum):
    """What a write lane wants after one turn."""

    TURN = "another turn"
    SLOT = "another turn when the office's budget has a slot"
    REST = "nothing before the sweep or a hint"
    OTHERS = "a worker that does the other share"


@dataclass(frozen=True)
class Turns:
    """Takes turns of write lanes, for whoever holds their leases.

    :ivar clock: seconds since the epoch.
    :ivar traces: makes spans of what is done, where somebody collects them.
    """

    store: Store
    offices: Offices
    performing: Performing
    clock: Callable[[], float]
    traces: Traces | None = None

    def take(self, lease: Lease, office: str, share: Share = "all") -> Next:
        """Carry out what has been due longest at an office, if it is of this worker's share."""
        slots = self.performing.slots(self.offices[office])
        try:
            head = self.store.ledger.next_due(lease, office, self.clock(), share, slots)
        except HeadUnreadable as unreadable:
            return self._pass_over(lease, office, unreadable)
        if head is None:
            return Next.REST
        if share != "all" and (share == "handlers") != self.performing.runs_user_code(head.write):
            return Next.OTHERS
        match head.may:
            case May.HOLD:
                return self._hold(lease, head.write)
            case May.WAIT:
                return Next.SLOT
        self.perform(lease, head.write)
        return Next.TURN

    def perform(self, lease: Lease, write: Write) -> None:
        """Carry out one write, or find out that it is done, must wait, or must not be."""
        with write_followed(write, self.traces, self.clock) as ended:
            write, result = self.performing.attempt(lease, write, self.offices[write.office])
            lease.commit(self.performing.settle(write, result))
            ended(result)

    def _pass_over(self, lease: Lease, office: str, unreadable: HeadUnreadable) -> Next:
        logger.error("write cannot be read", office=office, error=str(unreadable))
        steps = Steps()
        self.store.ledger.pass_over(steps, office, unreadable, self.clock())
        lease.commit(steps)
        return Next.TURN

    def _hold(self, lease: Lease, write: Write) -> Next:
        steps, until = Steps(), self.clock() + HELD_FOR
        whole_lane = self.store.pauses.hold(write.office)
        (self.store.ledger.rest if whole_lane else self.store.ledger.postpone)(steps, write, until)
        lease.commit(steps)
        return Next.REST if whole_lane else Next.TURN
