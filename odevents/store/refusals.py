"""Requests that were refused: a line for each kind of refusal, how often and when, and the bodies answered 400.

A line holds no body, no key and no address. Lines of senders that nobody knows are kept apart, so that a stranger who
tries keys pushes no office's line out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from redis.exceptions import RedisError

from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.compression import decompress
from odevents.store.filters import DeliveryFilter
from odevents.store.seal import Seals

if TYPE_CHECKING:
    import redis.asyncio
    from redis import Redis

MOST_LINES = 500
"""Lines that are kept of known offices, and as many of strangers; those refused longest ago go first."""

KEEP_SECONDS = 7 * 24 * 3600
"""How long a line stays after the last request of its kind."""

# KEYS: lines, times. ARGV: now (ms), most, seconds to keep, then line and number in turns.
_NOTE = """
for i = 4, #ARGV, 2 do
  local known = redis.call('HGET', KEYS[2], ARGV[i])
  local times, first = 0, ARGV[1]
  if known then times, first = string.match(known, '(%d+) (%d+)') end
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[i])
  redis.call('HSET', KEYS[2], ARGV[i], string.format('%d %s', times + ARGV[i + 1], first))
end
local over = redis.call('ZCARD', KEYS[1]) - ARGV[2]
if over > 0 then
  local gone = redis.call('ZRANGE', KEYS[1], 0, over - 1)
  redis.call('HDEL', KEYS[2], unpack(gone))
  redis.call('ZREM', KEYS[1], unpack(gone))
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
"""


class RefusedSeen(NamedTuple):
    """What refused requests have in common.

    :ivar office: ``""`` where the sender is not known.
    :ivar code: reason code, such as ``unknown-key``.
    :ivar workstation: as the request said, made safe to print.
    """

    office: str
    code: str
    workstation: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line: requests of one kind, how often they came, and when (seconds since the epoch)."""

    seen: RefusedSeen
    times: int
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class RefusedBody:
    """A body that was answered 400, kept sealed for the operator.

    :ivar fingerprint: what it is found by.
    """

    office: str
    fingerprint: str
    reason: str
    times: int
    last: float


class Refusing:
    """The receiver's half: note what was refused.

    :param clock: seconds since the epoch.
    """

    def __init__(self, redis: redis.asyncio.Redis, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock
        self._note = redis.register_script(_NOTE)

    async def note(self, counted: Mapping[tuple[str, str, str], int]) -> None:
        """Raise lines and counters; a lost count is no reason to answer differently.

        :param counted: how often each came, by what a :class:`RefusedSeen` says.
        """
        seen, now = {RefusedSeen(*line): times for line, times in counted.items()}, self._clock()
        try:
            for whose in ("known", "unknown"):
                lines = {line: n for line, n in seen.items() if bool(line.office) == (whose == "known")}
                if lines:
                    key = keys.refusals("known" if whose == "known" else "unknown")
                    said = [part for line, number in lines.items() for part in (_line(line), number)]
                    await self._note(
                        keys=[key, keys.refusal_times(key)], args=[int(now * 1000), MOST_LINES, KEEP_SECONDS, *said]
                    )
            async with self._redis.pipeline(transaction=False) as together:
                for line, number in seen.items():
                    together.hincrby(keys.STATS, f"refused|{line.office or 'unknown'}|{line.code}", number)
                await together.execute()
        except RedisError:
            return


class RefusalLines:
    """Lists what was refused."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals

    def lines(self, wanted: DeliveryFilter, limit: int = MOST_LINES) -> list[Refusal]:
        """The refusals that a filter asks for by office, workstation and time, the latest first."""
        found = [
            refusal
            for whose in ("known", "unknown")
            for refusal in self._lines("known" if whose == "known" else "unknown")
            if wanted.office in ("", refusal.seen.office)
            and wanted.workstation in ("", refusal.seen.workstation)
            and wanted.in_time(refusal.last)
        ]
        return sorted(found, key=lambda refusal: refusal.last, reverse=True)[:limit]

    def bodies(self, office: str, limit: int = 100) -> list[RefusedBody]:
        """The bodies of an office that were answered 400, the latest first."""
        names = in_store(lambda: self._redis.zrevrange(keys.refused_bodies(office), 0, limit - 1))
        fingerprints = [name.decode() for name in cast("list[bytes]", names)]
        with self._redis.pipeline(transaction=False) as together:
            for fingerprint in fingerprints:
                together.hmget(keys.refused(office, fingerprint), "reason", "times", "last")
            found = in_store(together.execute) if fingerprints else []
        return [
            RefusedBody(office, fingerprint, reason.decode(), int(times), float(last))
            for fingerprint, (reason, times, last) in zip(fingerprints, found, strict=True)
            if reason is not None
        ]

    def body(self, office: str, fingerprint: str) -> bytes:
        """One of these bodies, as it came.

        :raises SealBroken: it is gone, was altered, or its key is not in the ring.
        """
        sealed = cast("bytes | None", in_store(lambda: self._redis.hget(keys.refused(office, fingerprint), "body")))
        return decompress(self._seals.open(sealed or b"", office, "refused", fingerprint))

    def _lines(self, whose: Literal["known", "unknown"]) -> list[Refusal]:
        key = keys.refusals(whose)
        with self._redis.pipeline(transaction=True) as together:
            together.zrange(key, 0, -1, withscores=True)
            together.hgetall(keys.refusal_times(key))
            latest, times = cast("tuple[list[Any], dict[bytes, bytes]]", in_store(together.execute))
        return [
            Refusal(_seen(line.decode()), int(number), int(first) / 1000, last / 1000)
            for line, last in latest
            for number, first in [times[line].split()]
        ]


def _line(seen: RefusedSeen) -> str:
    return f"{seen.office}|{seen.code}|{seen.workstation}"


def _seen(line: str) -> RefusedSeen:
    office, code, workstation = line.split("|", 2)
    return RefusedSeen(office, code, workstation)
