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

SLACK = 1.04
"""Slots are this much further apart than the tier demands: a process that wakes late must not crowd the next
one."""


class Priority(Enum):
    """How many slots ahead of now a caller may book. Whoever may book further goes first when calls are
    short."""

    reaction = 1000
    interactive = 3
    backfill = 1


class Budget(Protocol):
    """A limiter shared by everything that uses one customer key."""

    def reserve(self, max_wait: float) -> float:
        """Take the next free slot.

        :param max_wait: seconds the caller is ready to wait for it.
        :returns: seconds to wait before calling.
        :raises odevents.errors.BudgetSpent: the slot is further away; none was taken.
        """
        ...

    def pause(self, seconds: float) -> None:
        """Give out no slot for ``seconds`` (``Retry-After``), whoever asks."""
        ...


def interval_of(tier: str) -> float:
    """Seconds between two slots of a tier such as ``1/1s``, slack included; 0 is no limit.

    :raises odevents.errors.ConfigError: no such tier.
    """
    if tier not in TIERS:
        raise ConfigError(f"budget {tier!r} is not one of {', '.join(TIERS)}")
    return TIERS[tier] * SLACK


def booking_horizon(interval: float, priority: Priority, max_wait: float) -> float:
    """The longest wait for which a slot may be taken."""
    return min(max_wait, interval * priority.value) if interval else max_wait


class LocalBudget:
    """A budget for one process: GCRA, which is one number, the time of the next free slot."""

    def __init__(
        self,
        tier: str,
        priority: Priority = Priority.interactive,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval = interval_of(tier)
        self._priority = priority
        self._clock = clock
        self._next = 0.0
        self._lock = threading.Lock()

    def reserve(self, max_wait: float) -> float:
        horizon = booking_horizon(self._interval, self._priority, max_wait)
        with self._lock:
            now = self._clock()
            slot = max(self._next, now)
            if slot - now > horizon:
                raise BudgetSpent("no free slot soon enough", retry_in=slot - now - horizon)
            self._next = slot + self._interval
            return slot - now

    def pause(self, seconds: float) -> None:
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
