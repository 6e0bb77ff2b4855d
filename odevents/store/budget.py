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

if TYPE_CHECKING:
    from redis import Redis

_US = 1_000_000

# A slot further ahead than any pause can only come from a server whose clock was set back.
_NEXT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local free = tonumber(redis.call('GET', KEYS[1]) or 0)
if free - now > 7200000000 then free = 0 end
"""
_KEEP = """
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 1000)
"""
# ARGV: microseconds from slot to slot, the counter of slots taken.
# Answers with the microseconds until one is free; 0, and it was taken.
_CLAIM = f"""{_NEXT}
if free > now then return free - now end
free = now + ARGV[1]
{_KEEP}
local minute = KEYS[1] .. ':' .. math.floor(time[1] / 60)
redis.call('INCR', minute)
redis.call('EXPIRE', minute, 1200)
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
return 0
"""
# ARGV: microseconds.
_PAUSE = f"""{_NEXT}
free = math.max(free, now + ARGV[1])
{_KEEP}
"""


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
        self._claim = redis.register_script(_CLAIM)
        self._pause = redis.register_script(_PAUSE)
        self._free_at = 0.0

    def ready_in(self) -> float:
        """Seconds until a slot may be free, as far as this process knows: it asks nobody."""
        return max(self._free_at - time.monotonic(), 0.0)

    def claim(self, max_wait: float) -> float:
        """Take a slot, if one is free; see :class:`odevents.client.budget.Budget`.

        :raises StoreUnavailable: Redis did not answer.
        """
        asked = time.monotonic()
        wait = int(in_store(lambda: self._ask())) / _US
        self._free_at = asked + (wait or self._interval)
        return patience(wait, self._priority, max_wait) if wait else 0.0

    def _ask(self) -> int:
        microseconds = int(self._interval * _US)
        return int(self._claim(keys=[self._key, keys.STATS], args=[microseconds, self._counter]))

    def pause(self, seconds: float) -> None:
        """Give out no slot for ``seconds``, in any process.

        :raises StoreUnavailable: Redis did not answer.
        """
        in_store(lambda: self._pause(keys=[self._key], args=[int(seconds * _US)]))
        self._free_at = time.monotonic() + seconds

    def left(self, late: float) -> None:
        """See :class:`odevents.client.budget.Budget`.

        :raises StoreUnavailable: Redis did not answer.
        """
        if crowds(self._interval, late):
            self.pause(self._interval)
