"""A selection: somebody opened a patient. And the board on which the latest one is posted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from odevents.events.change import Change
from odevents.events.patient_selected import PatientSelected

TEST_HEADER = "odevents-test"
"""Set by ``odevents listen test``; such a selection stays on this machine: it is shown, opened and run, no more."""

SPARED = ("forward", "handlers")
"""Outlets that never see a test: an invented patient has no business in the office's data."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One accepted event, as it came.

    :ivar number: 1, 2, 3 … since the listener started.
    :ivar at: seconds since the epoch.
    :ivar headers: as they came, those that say what the delivery is; the customer key is among them.
    """

    number: int
    at: float
    change: Change[PatientSelected] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    test: bool = False


class Board:
    """Holds the latest selection and wakes whoever waits for a newer one; who was busy meanwhile sees only the last."""

    def __init__(self) -> None:
        self.latest: Selection | None = None
        self._posted = asyncio.Event()

    def post(self, selection: Selection) -> None:
        """Replace the latest."""
        self.latest = selection
        # Each waiter keeps the event it waits on, so replacing it wakes all of them and none twice.
        self._posted.set()
        self._posted = asyncio.Event()

    async def newer_than(self, number: int) -> Selection:
        """The latest selection, as soon as its number is greater."""
        while self.latest is None or self.latest.number <= number:
            await self._posted.wait()
        return self.latest


class RepeatGuard:
    """Knows the same event posted twice in a row from a patient selected again.

    Only the event just before counts: A, B, A is three selections however fast they come.
    """

    def __init__(self, within: float = 0.2) -> None:
        self._within = within
        self._last: tuple[str, bytes] | None = None
        self._at = float("-inf")

    def repeats(self, office: str, body: bytes, now: float) -> bool:
        """Whether this is the previous event once more. ``now``: seconds on a clock that never goes back."""
        again = (office, body) == self._last and now - self._at < self._within
        if not again:
            self._last, self._at = (office, body), now
        return again
