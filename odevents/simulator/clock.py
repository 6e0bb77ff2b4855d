"""The simulated time: real, standing still, or a week in seconds.

Everything in the simulator that has a time takes it from here, so a test decides what time it is and two runs with one
seed happen at the same moments.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """A clock that runs ``speed`` times as fast as the machine's; 0 stands still until :meth:`advance`."""

    def __init__(self, start: datetime | None = None, *, speed: float = 1.0) -> None:
        """:param start: an aware time; now, if left out."""
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._began = time.monotonic()
        self._advanced = timedelta()
        self._lock = threading.Lock()
        self.speed = speed

    @classmethod
    def still(cls, start: datetime) -> Clock:
        """A clock that only :meth:`advance` moves."""
        return cls(start, speed=0.0)

    def now(self) -> datetime:
        """The simulated time, aware, in UTC."""
        with self._lock:
            ran = (time.monotonic() - self._began) * self.speed if self.speed else 0.0
            return self._start + timedelta(seconds=ran) + self._advanced

    def advance(self, seconds: float = 0, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """Move forward and return the new time."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        with self._lock:
            self._advanced += step
        return self.now()

    def local(self, zone: ZoneInfo) -> datetime:
        """The wall clock of an office: no zone, whole seconds, as its database keeps time."""
        return self.now().astimezone(zone).replace(tzinfo=None, microsecond=0)


def wire(moment: datetime) -> str:
    """``yyyy-MM-dd HH:mm:ss``, the API's and the database's form of a time."""
    return moment.isoformat(" ", "seconds")


def moment(text: str) -> datetime:
    """The time that :func:`wire` wrote; a bare date is its midnight. :raises ValueError: anything else."""
    if len(text) not in (10, 19) or text[4:5] != "-" or text[7:8] != "-" or text[10:11] not in ("", " "):
        raise ValueError("not yyyy-MM-dd HH:mm:ss")
    return datetime.fromisoformat(text)
