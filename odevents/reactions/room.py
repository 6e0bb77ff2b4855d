"""Where handlers run: several at once in one process, each with a deadline, and a suspect alone.

A handler is user code: it may never come back, or take its process with it, and then those beside it are run again.
Whoever was there when that happened could be the culprit and is run alone the next time: an innocent one ends then, and
only the culprit is ever put aside.
"""

from __future__ import annotations

import faulthandler
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """Lets handlers in. Thread-safe; one a process, because the deadline ends the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._deadlines: dict[int, float] = {}
        self._suspects = 0

    @contextmanager
    def enter(self, seconds: float, *, alone: bool) -> Iterator[None]:
        """Wait for room, and be there for ``seconds`` at the most: then the process ends.

        :param alone: wait until nobody else is there, and let nobody in meanwhile.
        """
        me = threading.get_ident()
        with self._changed:
            self._suspects += alone
            self._changed.wait_for(lambda: not self._deadlines if alone else not self._suspects)
            self._deadlines[me] = time.monotonic() + seconds
            self._arm()
        try:
            yield
        finally:
            with self._changed:
                del self._deadlines[me]
                self._suspects -= alone
                self._arm()
                self._changed.notify_all()

    def _arm(self) -> None:
        """In C and without the interpreter's lock: user code may be in a loop that never gives it back."""
        if self._deadlines:
            left = min(self._deadlines.values()) - time.monotonic()
            faulthandler.dump_traceback_later(max(left, 0.001), exit=True)
        else:
            faulthandler.cancel_dump_traceback_later()
