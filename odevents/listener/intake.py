"""READ FIRST: what happens to one event, from the request to the board.

Obeys the "API Events" page: a UI event is one JSON object with the bare customer key in ``Authorization``. The event is
not sent again whatever the answer, so the answer is for people: exactly 200 for what was taken, a bare refusal for
everything else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from odevents.errors import DeliveryRefused, RowUnreadable
from odevents.events.change import Change, Kind
from odevents.events.delivery import UNKNOWN, event_type, machine_name, rows_in
from odevents.events.patient_selected import PatientSelected
from odevents.events.row import read
from odevents.events.tables import UI_EVENTS
from odevents.listener import admission
from odevents.listener.keys import KeyRing
from odevents.listener.request import Head
from odevents.listener.selection import TEST_HEADER, RepeatGuard, Selection
from odevents.listener.server import Request
from odevents.listener.tally import Tally

_TABLE = UI_EVENTS["PatientSelected"]
_CARRIED_ON = ("authorization", "workstation", "event-type", "content-type")


@dataclass(frozen=True, slots=True)
class Clocks:
    """Where the time comes from: seconds since the epoch, and seconds that never go back."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic


class Intake:
    """Turns requests into selections and hands each to every outlet."""

    def __init__(
        self,
        keys: KeyRing,
        content_types: Collection[str],
        tally: Tally,
        outlets: Collection[Callable[[Selection], None]],
        clocks: Clocks,
    ) -> None:
        self._keys = keys
        self._content_types = content_types
        self._tally = tally
        self._outlets = outlets
        self._clocks = clocks
        self._repeats = RepeatGuard()

    async def receive(self, request: Request) -> None:
        """Take one event in: who sent it is settled before a byte of its body is read.

        :raises DeliveryRefused: with the status to answer.
        """
        head = request.head
        admission.refuse_browsers(head)
        office = self._keys.office(head.header("authorization"))
        admission.refuse_other_bodies(head, self._content_types)
        _refuse_other_events(head)
        body = await request.body()
        change = _selected(body, office, machine_name(head.header("workstation")))
        if self._repeats.repeats(office, body, self._clocks.steady()):
            self._tally.repeats += 1
            return
        self._hand_out(change, head, body)

    def _hand_out(self, change: Change[PatientSelected], head: Head, body: bytes) -> None:
        self._tally.selections += 1
        self._tally.last_selection_at = self._clocks.wall()
        selection = Selection(
            number=self._tally.selections,
            at=self._tally.last_selection_at,
            change=change,
            headers={name: head.header(name) for name in _CARRIED_ON if head.header(name)},
            body=body,
            test=head.header(TEST_HEADER) != "",
        )
        for outlet in self._outlets:
            outlet(selection)


def _refuse_other_events(head: Head) -> None:
    """A database event would be lost here; refused, it stays at the office, where its subscription shows as failing.

    Versions before 22.4.35 do not say what they send, and a path such as ``/patientevent`` could mean either.
    """
    kind = event_type(head.header("event-type"), query="", last_segment="")
    if kind.table not in (_TABLE.name, UNKNOWN):
        raise DeliveryRefused(400, "other-event", f"{kind.table} is not an event of the user interface")


def _selected(body: bytes, office: str, workstation: str) -> Change[PatientSelected]:
    rows = rows_in(body)
    if len(rows) != 1 or body.lstrip().startswith(b"["):
        raise DeliveryRefused(400, "other-event", "a UI event carries one object; rows in an array are a table's")
    try:
        row = read(rows[0], _TABLE)
    except RowUnreadable as error:
        raise DeliveryRefused(400, error.code, str(error)) from None
    values: dict[str, Any] = row.values
    return Change(Kind.SELECTED, office, _TABLE.name, row.key, row.stamp, values, workstation=workstation)
