"""The polling algorithm: when an office's machines look, at which rows, and when the cursor moves.

Per machine and wake-up: the subscriptions of this machine or of none, unexpired and due; the rows whose change stamp
lies in ``[DateTimeStart, T)`` with ``T`` the database's time, oldest first, at most three days back; in batches of a
thousand. ``DateTimeStart`` becomes ``T`` only when every batch was answered 200, else everything comes again (t=8326).
Machines read their list before any of them sends, so several on one subscription send the same rows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from odevents.simulator.clock import moment, wire
from odevents.simulator.events.sender import Send
from odevents.simulator.events.watch import WATCHES, Watch, selected_patient
from odevents.simulator.office import Delivered, Office
from odevents.simulator.schema import NO_DATETIME
from odevents.simulator.store import Row

BATCH = 1000
KEPT = timedelta(days=3)
"""Changes older than this are not sent any more."""

_BATCHES_SINCE = "23.2.1"
_ALL_WORKSTATIONS_SINCE = "26.2.1"
_WORKSTATION_HEADER_SINCE = "22.4.28"
_EVENT_TYPE_HEADER_SINCE = "22.4.35"


class Poller:
    """The event thread of one office's machines."""

    def __init__(self, office: Office, send: Send) -> None:
        self.office = office
        self.send = send
        self._one_at_a_time = threading.Lock()

    def cycle(self, *, due_only: bool = True) -> int:
        """One wake-up of every machine; how many subscriptions were polled.

        :param due_only: leave those alone whose ``PollingSeconds`` have not passed.
        """
        with self._one_at_a_time:
            return self._cycle(due_only)

    def _cycle(self, due_only: bool) -> int:
        self.fire_selections()
        lists = [(machine, self._subscriptions(machine, due_only)) for machine in self.office.workstations]
        for machine, subscriptions in lists:
            for subscription in subscriptions:
                self._poll(machine, subscription)
        return sum(len(subscriptions) for _, subscriptions in lists)

    def fire_selections(self) -> None:
        """Send ``PatientSelected`` for each selection, once, whatever the answer."""
        for machine, pat_num in self.office.take_selections():
            for subscription in self._active(machine):
                if subscription["UiEventType"] == "PatientSelected":
                    body = msgspec.json.encode(selected_patient(self.office, pat_num))
                    self._deliver(machine, subscription, "UiEventType: PatientSelected", body)

    def _active(self, machine: str) -> list[Row]:
        now = wire(self.office.now())
        everywhere = ("", "All Workstations") if self.office.has_version(_ALL_WORKSTATIONS_SINCE) else ("",)
        return [
            row
            for row in self.office.rows("apisubscription")
            if row["Workstation"] in everywhere or row["Workstation"].lower() == machine.lower()
            if row["DateTimeStop"] == NO_DATETIME or row["DateTimeStop"] > now
        ]

    def _subscriptions(self, machine: str, due_only: bool) -> list[Row]:
        now = self.office.now()
        return [
            row
            for row in self._active(machine)
            if row["WatchTable"]
            if not due_only or moment(row["DateTimeStart"]) + timedelta(seconds=row["PollingSeconds"]) <= now
        ]

    def _poll(self, machine: str, subscription: Row) -> None:
        faults = self.office.faults
        until = self.office.now() - timedelta(seconds=int(faults.events_late))
        began = subscription["DateTimeStart"]
        window = max(began, wire(until - KEPT)), wire(until)
        if window[1] < began:
            return
        watch = WATCHES[subscription["WatchTable"]]
        for batch in self._batches(watch, *window):
            rows = self._spoilt(batch)
            if not rows:
                continue
            body = msgspec.json.encode(rows)
            for _ in range(2 if faults.strikes(faults.events_doubled) else 1):
                if self._deliver(machine, subscription, f"WatchTable: {watch.name}", body) != 200:
                    return
        self._move(subscription["SubscriptionNum"], began, window[1])

    def _spoilt(self, batch: list[Row]) -> list[Row]:
        """The rows of a batch that are really sent, in the order in which they are."""
        faults, rows = self.office.faults, list(batch)
        if faults.strikes(faults.row_skipped):
            del rows[faults.random.randrange(len(rows))]
        if faults.strikes(faults.events_shuffled):
            faults.random.shuffle(rows)
        return rows

    def _batches(self, watch: Watch, start: str, until: str) -> Iterator[list[Row]]:
        """Each batch is a query of its own, as in Open Dental: a row changed meanwhile shifts the ones after it."""
        store, key = self.office.store, self.office.store.tables[watch.table].key
        where = f"t.{watch.stamp} >= ? AND t.{watch.stamp} < ?{' AND ' + watch.where if watch.where else ''}"
        size = BATCH if self.office.has_version(_BATCHES_SINCE) else -1
        offset = 0
        while True:
            tail = f"ORDER BY t.{watch.stamp}, t.{key} LIMIT {size} OFFSET {offset}"
            rows = store.objects(watch.table, watch.shape, where, [start, until], tail=tail)
            if rows:
                yield watch.written(rows)
            if size < 0 or len(rows) < size:
                return
            offset += size

    def _deliver(self, machine: str, subscription: Row, event_type: str, body: bytes) -> int | None:
        office = self.office
        headers = {"Authorization": subscription["CustomerKey"], "Content-Type": "application/json"}
        if office.has_version(_WORKSTATION_HEADER_SINCE):
            headers["Workstation"] = machine
        if office.has_version(_EVENT_TYPE_HEADER_SINCE):
            headers["Event-Type"] = event_type
        status = self.send(subscription["EndPointUrl"], headers, body)
        office.note_delivery(Delivered(subscription["EndPointUrl"], headers, body, status, wire(office.now())))
        self._note_result(subscription["SubscriptionNum"], status)
        return status

    def _move(self, number: int, began: str, until: str) -> None:
        with self.office.store.lock:
            row = self.office.store.row("apisubscription", number)
            # Somebody who set the cursor by PUT meanwhile wants it to stay there.
            if row and row["DateTimeStart"] == began:
                self.office.store.change("apisubscription", number, DateTimeStart=until)

    def _note_result(self, number: int, status: int | None) -> None:
        store = self.office.store
        with store.lock:
            row = store.row("apisubscription", number)
            if row is None or (status == 200 and not row["SubsequentFailures"]):
                return
            if status == 200:
                store.change("apisubscription", number, SubsequentFailures=0, DateTimeNextRetry=NO_DATETIME)
                return
            now = self.office.now()
            store.change(
                "apisubscription", number, DateTimeLastFailure=wire(now),
                FailureReason=f"Answered {status}" if status else "No answer",
                SubsequentFailures=row["SubsequentFailures"] + 1,
                DateTimeNextRetry=wire(now + timedelta(seconds=1)),
            )  # fmt: skip
