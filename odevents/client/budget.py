"""The office's share of calls per second.

Source: Open Dental's API pages on permissions and implementation: one request every 5 seconds with the free
ReadAll permission, one a second with any other, one every half second with Enterprise; counted per customer
key. A request's own running time is part of the interval, so slots are counted from start to start.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Protocol

from odevents.errors import BudgetSpent, ConfigError

TIERS = {"1/5s": 5.0, "1/1s": 1.0, "1/0.5s": 0.5, "none": 0.0}
"""The documented tiers: seconds from one call to the next."""

MARGIN = 1.035
"""Slots are this much further apart than the tier demands, for calls that travel for different times."""


class Priority(Enum):
    """Who goes first when several wait for the same slot: the seconds that one waits for others to go ahead."""

    reaction = 0.0
    interactive = 0.005
    backfill = 0.03


class Budget(Protocol):
    """A limiter shared by everything that uses one customer key.

    A slot is taken at the moment it is used, not booked ahead: so a caller that wakes late crowds nobody, and a pause
    holds for those who wait already.
    """

    def claim(self, max_wait: float) -> float:
        """Take a slot, if one is free.

        :param max_wait: seconds the caller is ready to wait for one.
        :returns: 0 when it was taken; otherwise none was, and one may be free in so many seconds: ask again then.
        :raises odevents.errors.BudgetSpent: it takes longer than ``max_wait``.
        """
        ...

    def pause(self, seconds: float) -> None:
        """Give out no slot for ``seconds`` (``Retry-After``), whoever asks."""
        ...

    def left(self, late: float) -> None:
        """The call that took the last slot leaves now, ``late`` seconds after: the next keeps its distance from it."""
        ...


def interval_of(tier: str) -> float:
    """Seconds between two slots of a tier such as ``1/1s``, margin included; 0 is no limit.

    :raises odevents.errors.ConfigError: no such tier.
    """
    if tier not in TIERS:
        raise ConfigError(f"budget {tier!r} is not one of {', '.join(TIERS)}")
    return TIERS[tier] * MARGIN


def crowds(interval: float, late: float) -> bool:
    """Whether a call that leaves ``late`` seconds after its slot would have the next one too close behind it."""
    return 0 < interval * (MARGIN - 1) / 2 < late


def patience(wait: float, priority: Priority, max_wait: float) -> float:
    """How long to wait before asking again for a slot that is free in ``wait`` seconds.

    :raises odevents.errors.BudgetSpent: longer than ``max_wait``.
    """
    wait += priority.value
    if wait > max_wait:
        raise BudgetSpent("no slot is free soon enough", retry_in=wait)
    return wait


class LocalBudget:
    """A budget for one process, without priorities: GCRA, which is one number, the time of the next free slot."""

    def __init__(self, tier: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = interval_of(tier)
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def claim(self, max_wait: float) -> float:
        """Take a slot, if one is free; see :class:`Budget`."""
        with self._lock:
            now = self._clock()
            if self._next <= now:
                self._next = now + self._interval
                return 0.0
            wait = self._next - now
        return patience(wait, Priority.reaction, max_wait)

    def pause(self, seconds: float) -> None:
        """Give out no slot for ``seconds``."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)

    def left(self, late: float) -> None:
        """See :class:`Budget`."""
        if crowds(self._interval, late):
            self.pause(self._interval)
