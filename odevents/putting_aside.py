"""What cannot be understood is put aside for a person, so that it stands in nobody's way; or waits for its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from odevents.errors import KeyMissing, SealBroken
from odevents.events.understanding import Understood
from odevents.log import logger
from odevents.store.atomic import Lease, Steps
from odevents.store.dead_letters import DeadLetter, steps_to_bury
from odevents.store.ids import new_id
from odevents.store.inbox import Ended, Entry
from odevents.store.lane_head import HeadUnreadable
from odevents.store.store import Store

KEY_AWAITED = 3600.0
"""Seconds for which a delivery waits for a sealing key that this process does not have."""

_KEY_ASKED_EVERY = 10.0


@dataclass(frozen=True)
class PuttingAside:
    """Puts rows and deliveries aside.

    :ivar clock: seconds since the epoch.
    :ivar keep_seconds: how long an ended delivery stays.
    """

    store: Store
    clock: Callable[[], float]
    keep_seconds: int

    def bury(
        self, steps: Steps, entry: Entry, code: str, message: str, content: bytes, row: int = -1, reaction: str = ""
    ) -> None:
        """Add the steps that keep one row, or the whole delivery, as a dead letter."""
        letter = DeadLetter(
            id=new_id("dead", self.clock()),
            of="row" if row >= 0 else "delivery",
            office=entry.office,
            table=entry.table,
            delivery=entry.id,
            code=code,
            message=message,
            at=self.clock(),
            row=row,
            reaction=reaction,
        )
        for command in steps_to_bury(letter, content, self.store.seals):
            steps.add(*command)

    def bury_rows(self, steps: Steps, entry: Entry, understood: Iterable[Understood]) -> None:
        """Add the steps that keep the rows that could not be read."""
        for index, row in enumerate(understood):
            if row.unreadable:
                content = msgspec.json.encode(row.values)
                self.bury(steps, entry, row.unreadable.code, str(row.unreadable), content, index)

    def key_may_come(self, entry: Entry) -> bool:
        """Whether a key that is missing may only be late: processes take up a changed ring one after the other."""
        return self.clock() - entry.received_at < KEY_AWAITED

    def await_key(self, lease: Lease, entry: Entry, missing: KeyMissing) -> bool:
        """Let the lane wait for a key, this try not counted; say whether the lane goes on.

        A body whose key does not come is put aside as it is, sealed, and can be requeued when the key is back.
        """
        steps, wait = Steps(), self.key_may_come(entry)
        if wait:
            logger.warning("delivery waits for a sealing key", office=entry.office, delivery=entry.id)
            self.store.inbox.postpone(steps, entry, self.clock() + _KEY_ASKED_EVERY)
        else:
            self.bury(steps, entry, "key-missing", f"this delivery cannot be opened: {missing}", b"")
            self._end_as_dead(steps, entry)
            self.store.inbox.keep(steps, entry)
        lease.commit(steps)
        return not wait

    def pass_over(self, lease: Lease, office: str, gone: HeadUnreadable) -> bool:
        """Go on without a delivery of which nothing is left; say that the lane goes on."""
        logger.error("delivery cannot be read", office=office, delivery=gone.subject, error=str(gone))
        steps = Steps()
        self.store.inbox.pass_over(steps, office, gone)
        lease.commit(steps)
        return True

    def give_up(self, lease: Lease, entry: Entry, tries: int) -> None:
        """Put a delivery aside that took its worker down again and again."""
        steps = Steps()
        message = f"a worker failed {tries} times to understand this delivery"
        try:
            body = self.store.inbox.body(entry.office, entry.id)
        except SealBroken as error:
            body, message = b"", f"{message}: {error}"
        self.bury(steps, entry, "worker-died", message, body)
        self._end_as_dead(steps, entry)
        lease.commit(steps)

    def _end_as_dead(self, steps: Steps, entry: Entry) -> None:
        self.store.inbox.finish(steps, entry, Ended([], status="dead"), self.clock(), self.keep_seconds)
