"""One thread a process that keeps alive whatever is held there, however much that is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

_LOOKS_A_BEAT = 8


class Heart(Generic[T]):
    """Renews each thing that is kept, every so many seconds from when it was first kept. Thread-safe.

    :param renew: renews several at once; what it raises ends the thread, which the next :meth:`keep` starts again.
    :param every: seconds from one renewal of a thing to its next.
    """

    def __init__(self, renew: Callable[[Sequence[T]], None], every: float) -> None:
        self._renew = renew
        self._every = every
        self._look = every / _LOOKS_A_BEAT
        self._kept: dict[T, float] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def keep(self, thing: T) -> None:
        """Renew it from now on, the first time one interval from now: what is held for a moment costs nothing.

        Nor is the thread woken, which looks often enough by itself: it would want the interpreter just when a lane's
        first turn does.
        """
        with self._changed:
            self._kept[thing] = time.monotonic() + self._every
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._beat, name="leases", daemon=True)
                self._thread.start()

    def forget(self, thing: T) -> None:
        """Renew it no more."""
        with self._changed:
            self._kept.pop(thing, None)

    def _beat(self) -> None:
        while True:
            if due := self._due():
                self._renew(due)

    def _due(self) -> list[T]:
        with self._changed:
            self._changed.wait(self._look if self._kept else self._every / 2)
            now = time.monotonic()
            due = [thing for thing, when in self._kept.items() if when <= now + self._look]
            self._kept.update(dict.fromkeys(due, now + self._every))
            return due
