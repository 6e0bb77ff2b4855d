"""Deliveries and writes recorded as the worker records them, without the work: for tests of lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import redis

from odevents.store.atomic import Lease, Steps
from odevents.store.ids import new_id
from odevents.store.inbox import Ended, RowOutcome
from odevents.store.ledger import Result, State, Write
from odevents.store.packing import about_row, about_rows
from odevents.store.seal import Seals
from odevents.store.store import Store

KEEP_SECONDS = 7 * 24 * 3600


@dataclass
class Recorded:
    """A store into which deliveries and writes are put as if they had come."""

    client: redis.Redis
    seals: Seals

    def __post_init__(self) -> None:
        self.store = Store(self.client, self.seals)

    def commit(self, steps: Steps) -> None:
        """Apply steps under a lease of the test's own."""
        with Lease(self.client, "lease", "test") as lease:
            lease.commit(steps)

    def wait(self, at: float, office: str = "southside", table: str = "Appointment") -> str:
        """A delivery that nobody has understood yet; its id."""
        steps, delivery = Steps(), new_id("dlv", at)
        self.store.inbox.put(steps, office, delivery, table, b"[{}]", at, of="")
        self.commit(steps)
        return delivery

    def understood(
        self, at: float, *kinds: str, office: str = "southside", table: str = "Appointment", **said: Any
    ) -> str:
        """A delivery with rows that ended so; its id.

        :param said: ``row`` (values), ``workstation``, ``wanted``, ``status``, ``mode``.
        """
        delivery = self.wait(at, office, table)
        entry = self.store.inbox.entry(office, delivery)
        assert entry
        entry = replace(entry, workstation=said.get("workstation", "SRV01"))
        self.client.hset(f"odevents:1:{office}:delivery:{delivery}", "workstation", entry.workstation)
        ended = Ended(
            [RowOutcome(kind) for kind in kinds],
            said.get("wanted", {}),
            said.get("status", "processed"),
            mode=said.get("mode", "live"),
            about=about_rows(self.seals.fingerprinting("about"), [said.get("row", {})]),
        )
        steps = Steps()
        self.store.inbox.finish(steps, entry, ended, at, KEEP_SECONDS)
        self.commit(steps)
        return delivery

    def write(self, name: str, at: float, **said: Any) -> Write:
        """A planned write.

        :param said: fields of :class:`Write`, and ``row`` (values).
        """
        about = about_row(self.seals.fingerprint, said.pop("row", {}))
        fields = {"office": "southside", "reaction": "rule", "action": "note", "subject": name} | said
        fields |= {"delivery": "dlv", "table": "Appointment", "intent": {}, "created_at": at, "about": about}
        write = Write(id=f"wr_{name}", **fields)
        steps = Steps()
        self.store.ledger.plan(steps, write)
        self.commit(steps)
        return write

    def settle(self, write: Write, at: float, state: State, reason: str = "") -> None:
        """Record how a write ended."""
        steps = Steps()
        self.store.ledger.settle(steps, write, Result(state, reason), at, KEEP_SECONDS)
        self.commit(steps)
