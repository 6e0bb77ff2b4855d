"""How fast a customer key may call: one limiter per key, the call's own run time included."""

from __future__ import annotations

import threading
import time

from odevents.simulator.office import Office


class Pace:
    """The moment from which on the next call of a key is in time."""

    def __init__(self) -> None:
        self._free_at = 0.0
        self._lock = threading.Lock()

    def wait(self, office: Office) -> float:
        """Seconds by which this call is too soon, 0 when it is in time. A delayed call takes the next slot."""
        if office.faults.throttle == "none":
            return 0.0
        gap = office.seconds_between_calls
        with self._lock:
            now = time.monotonic()
            early = max(0.0, self._free_at - now)
            if early and office.faults.throttle == "refuse":
                return early
            self._free_at = now + early + gap
            return early
