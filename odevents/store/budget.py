"""An office's share of calls, shared by every process that speaks to it.

One number in Redis, the time of the next free slot on the *server's* clock, moved by one script: no process waits
for a lock, and clocks that differ between machines do not matter.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from odevents.client.budget import TIERS, Priority, crowds, interval_of, patience
from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.lane_head import CLAIM_SLOT, NEXT_SLOT
from odevents.store.script import Script

if TYPE_CHECKING:
    from redis import Redis

_US = 1_000_000

# ARGV: microseconds from slot to slot, the counter of slots taken.
_CLAIM = Script(f"{CLAIM_SLOT} return claim_slot(KEYS[1], ARGV[1], KEYS[2], ARGV[2])")
# ARGV: microseconds.
_PAUSE = Script(f"""{NEXT_SLOT}
local now, free = next_slot(KEYS[1])
keep_slot(KEYS[1], math.max(free, now + ARGV[1]), now)
""")


CALLS_MINUTES = 10
"""How far back calls can be counted."""


def calls_lately(redis: Redis, offices: Iterable[str], now: float) -> dict[str, int]:
    """Office -> how many calls of its API this minute and the nine before it saw, in one round trip.

    :raises StoreUnavailable: Redis did not answer.
    """
    names = list(offices)
    minute = int(now // 60)
    asked = [keys.budget_minute(name, minute - back) for name in names for back in range(CALLS_MINUTES)]
    found = cast("list[bytes | None]", in_store(lambda: redis.mget(asked))) if asked else []
    numbers = [int(calls or 0) for calls in found]
    return {name: sum(numbers[index * CALLS_MINUTES : (index + 1) * CALLS_MINUTES]) for index, name in enumerate(names)}


def allowed_lately(tier: str) -> int:
    """How many calls a tier allows in that time, 0 for no limit."""
    return int(CALLS_MINUTES * 60 / TIERS[tier]) if TIERS[tier] else 0


class RedisBudget:
    """A budget (:class:`odevents.client.budget.Budget`) in Redis.

    :param tier: one of :data:`odevents.client.budget.TIERS`.
    """

    def __init__(self, redis: Redis, office: str, tier: str, priority: Priority = Priority.interactive) -> None:
        self._key = keys.budget(office)
        self._counter = f"calls|{office}"
        self._interval = interval_of(tier)
        self._priority = priority
        self._redis = redis
        self._free_at = 0.0
        self._taken_at: float | None = None
        self._early = 0.0

    def ready_in(self) -> float:
        """Seconds until a slot may be free, as far as this process knows: it asks nobody."""
        return max(self._free_at - time.monotonic(), 0.0)

    def asking(self) -> tuple[str, int, str]:
        """What a look at the office's write lane needs to take a slot on the way."""
        return self._key, int(self._interval * _US), self._counter

    def answered(self, microseconds: int) -> None:
        """The look took a slot, which is for the next :meth:`claim`; or one is free in so long."""
        now = time.monotonic()
        self._taken_at = None if microseconds else now
        self._free_at = now + (microseconds / _US or self._interval)

    def claim(self, max_wait: float) -> float:
        """Take a slot, if one is free; see :class:`odevents.client.budget.Budget`.

        :raises StoreUnavailable: Redis did not answer.
        """
        asked = time.monotonic()
        if self._taken_at is not None:
            self._early, self._taken_at = asked - self._taken_at, None
            return 0.0
        self._early = 0.0
        wait = int(in_store(lambda: self._ask())) / _US
        self._free_at = asked + (wait or self._interval)
        return patience(wait, self._priority, max_wait) if wait else 0.0

    def _ask(self) -> int:
        place, interval, counter = self.asking()
        return int(_CLAIM.run(self._redis, [place, keys.STATS], [interval, counter]))

    def pause(self, seconds: float) -> None:
        """Give out no slot for ``seconds``, in any process.

        :raises StoreUnavailable: Redis did not answer.
        """
        in_store(lambda: _PAUSE.run(self._redis, [self._key], [int(seconds * _US)]))
        self._free_at = time.monotonic() + seconds

    def left(self, late: float) -> None:
        """See :class:`odevents.client.budget.Budget`.

        :raises StoreUnavailable: Redis did not answer.
        """
        if crowds(self._interval, late + self._early):
            self.pause(self._interval)
