"""An office's share of calls, shared by every process that speaks to it.

One number in Redis, the time of the next free slot on the *server's* clock, moved by one script: no process
waits for a lock, none polls, and clocks that differ between machines do not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odevents.client.budget import Priority, booking_horizon, interval_of
from odevents.errors import BudgetSpent
from odevents.store import keys
from odevents.store.atomic import in_store

if TYPE_CHECKING:
    from redis import Redis

_US = 1_000_000

# A slot further ahead than any pause can only come from a server whose clock was set back.
_NEXT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local slot = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
if slot - now > 7200000000 then slot = now end
"""
_KEEP = """
local milliseconds = math.ceil((next - now) / 1000) + 1000
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', milliseconds)
"""
# ARGV: microseconds between slots, microseconds that a slot may be ahead.
# Answers with the wait, and with whether the slot was taken.
_RESERVE = f"""{_NEXT}
local wait = slot - now
if wait > tonumber(ARGV[2]) then return {{wait, 0}} end
local next = slot + ARGV[1]
{_KEEP}
return {{wait, 1}}
"""
# ARGV: microseconds.
_PAUSE = f"""{_NEXT}
local next = math.max(slot, now + ARGV[1])
{_KEEP}
"""


class RedisBudget:
    """A budget (:class:`odevents.client.budget.Budget`) in Redis.

    :param tier: one of :data:`odevents.client.budget.TIERS`.
    """

    def __init__(self, redis: Redis, office: str, tier: str, priority: Priority = Priority.interactive) -> None:
        self._key = keys.budget(office)
        self._interval = interval_of(tier)
        self._priority = priority
        self._reserve = redis.register_script(_RESERVE)
        self._pause = redis.register_script(_PAUSE)

    def reserve(self, max_wait: float) -> float:
        """Take the next free slot; see :class:`odevents.client.budget.Budget`.

        :raises StoreUnavailable: Redis did not answer.
        """
        horizon = booking_horizon(self._interval, self._priority, max_wait)
        arguments = [int(self._interval * _US), int(horizon * _US)]
        wait, taken = in_store(lambda: self._reserve(keys=[self._key], args=arguments))
        seconds = float(wait) / _US
        if not taken:
            raise BudgetSpent("no free slot soon enough", retry_in=max(seconds - horizon, 0.001))
        return seconds

    def pause(self, seconds: float) -> None:
        """Give out no slot for ``seconds``, in any process.

        :raises StoreUnavailable: Redis did not answer.
        """
        in_store(lambda: self._pause(keys=[self._key], args=[int(seconds * _US)]))
