"""The loop breaker: a reaction that fires again and again for one row is stopped for that row, visibly.

Echoes of our own writes trigger nothing, so a loop takes two parties: a reaction of ours and something at the office
that answers to it. What the breaker stops becomes dead letters, and it closes when the row has been quiet for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.seal import Seals

if TYPE_CHECKING:
    from redis import Redis

    from odevents.events.change import Change

MOST_FIRINGS = 20
WITHIN_SECONDS = 600


class Breaker:
    """Counts how often a reaction fired for a row."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals

    def fired(self, steps: Steps, reaction: str, change: Change[object]) -> bool:
        """Add the steps that count one firing; say whether it is one too many."""
        key = self._key(reaction, change)
        times = int(cast("bytes | None", in_store(lambda: self._redis.get(key))) or 0)
        steps.add("SET", key, 0, "EX", WITHIN_SECONDS, "NX")
        steps.add("INCR", key)
        if times >= MOST_FIRINGS:
            steps.add("EXPIRE", key, WITHIN_SECONDS)
        return times >= MOST_FIRINGS

    def _key(self, reaction: str, change: Change[object]) -> str:
        row = "\0".join((reaction, change.table, change.key)).encode()
        return keys.fired(change.office, self._seals.fingerprint(row, "fired", change.office).hex()[:16])
