"""Many offices looked after at once, so that one that does not answer keeps no other waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from odevents.client.budget import Priority
from odevents.client.opendental import OpenDental
from odevents.subscriptions.looking_after import LookingAfter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime

AT_ONCE = 16
"""Offices looked after at the same time; each waits for its own budget."""

AFTER_A_FAILURE = 30.0
"""Seconds after which an office is looked after again when that failed for a reason of ours."""


def looking_after(runtime: Runtime, still_ours: Callable[[], None] = lambda: None) -> LookingAfter:
    """What it takes to look after this installation's offices."""

    @contextmanager
    def connect(office: OfficeAccess) -> Iterator[OpenDental]:
        with runtime.session(office, Priority.backfill) as session:
            yield OpenDental(session)

    return LookingAfter(runtime.store, runtime.config, runtime.look_at_subscriptions, connect, time.time, still_ours)


class OfficesRound:
    """Looks after each office when it is due, in threads of its own; a round itself takes no time."""

    def __init__(self, offices: Mapping[str, OfficeAccess], after: LookingAfter) -> None:
        self._offices = offices
        self._after = after
        self._due = dict.fromkeys(offices, 0.0)
        self._running: dict[str, Future[float]] = {}

    def go(self, now: float) -> None:
        """Start what is due, and take in what has ended.

        :raises Exception: what went wrong with one of the offices; the others are looked after all the same.
        """
        failures: list[BaseException] = []
        for name in [name for name, running in self._running.items() if running.done()]:
            ended = self._running.pop(name)
            failure = ended.exception()
            self._due[name] = now + AFTER_A_FAILURE if failure else ended.result()
            failures += [failure] if failure else []
        for name, office in self._offices.items():
            if now >= self._due[name] and name not in self._running and len(self._running) < AT_ONCE:
                self._running[name] = self._start(office)
        if failures:
            raise failures[0]

    def _start(self, office: OfficeAccess) -> Future[float]:
        """Look after an office in a thread that does not keep the process from ending: a call may take a minute."""
        ended: Future[float] = Future()

        def look_after() -> None:
            try:
                states = self._after.office(office)
                ended.set_result(self._after.next_look(states, office, time.time()))
            except BaseException as failure:  # told by the next round
                ended.set_exception(failure)

        Thread(target=look_after, name=f"office {office.name}", daemon=True).start()
        return ended
