"""The receiver's side of the store: keep a delivery, durably, in one round trip, before it is answered 200."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, TypeVar

from redis.exceptions import RedisError

from odevents.errors import StoreUnavailable
from odevents.events.delivery import Delivery
from odevents.events.tables import counted_as
from odevents.store import keys
from odevents.store.acks import Acks
from odevents.store.atomic import Argument
from odevents.store.compression import compress
from odevents.store.dead_letters import DeadLetter, steps_to_bury
from odevents.store.pipelined import Pipelined
from odevents.store.seal import Sealing

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

KEPT_WITHIN = 1.8
"""Seconds in all; an office gets its 503 within two."""

MOST_REFUSED_BODIES = 100
"""Refused bodies of one office that can be listed."""

_REPLICATED_WITHIN_MS = 1000

KEY_KEPT_SECONDS = 90 * 24 * 3600
"""How long it is known that a customer key was used; by then nobody waits for an old one any more."""

_KEEP, _DO = 0, 1

# KEYS: delivery, inbox, lanes, hint. ARGV: id, office, hint's ms, then the record.
# A lane in which something waits is among the lanes already; each further command would cost 14 µs.
_KEEP_DELIVERY = """
redis.call('HSET', KEYS[1], 'table', ARGV[4], 'source', ARGV[5], 'workstation', ARGV[6], 'received', ARGV[7],
  'rows', ARGV[8], 'bytes', ARGV[9], 'status', 'waiting', 'body', ARGV[10])
local waiting = redis.call('RPUSH', KEYS[2], ARGV[1])
local hint = redis.call('SET', KEYS[4], 1, 'NX', 'PX', ARGV[3])
if hint or waiting == 1 then redis.call('ZADD', KEYS[3], 0, ARGV[2]) end
return hint and 1 or 0
"""
# ARGV: commands, each preceded by its length.
_DO_ALL = """
local i = 1
while i <= #ARGV do
  local n = tonumber(ARGV[i])
  redis.call(unpack(ARGV, i + 1, i + n))
  i = i + n + 1
end
return 1
"""


class Accepting:
    """The receiver's half: keep a delivery, durably, in one round trip.

    :ivar seals: what seals; it may be replaced between two deliveries.
    :ivar acks: who notes how long answers took.
    :param replicas: how many replicas must have it too, which costs a second round trip; 0 for none.
    """

    def __init__(self, redis: Redis, seals: Sealing, replicas: int = 0) -> None:
        self._redis = redis
        self.seals = seals
        self._replicas = replicas
        self._pipelined = Pipelined(redis, (_KEEP_DELIVERY, _DO_ALL), KEPT_WITHIN)
        self.acks = Acks(self._do_all)

    async def accept(self, delivery: Delivery, rows: int) -> bool:
        """Append to the office's inbox; say whether its lane wants a hint.

        :raises StoreUnavailable: it was not kept; nothing of it was.
        """
        office = delivery.office
        sealed = self.seals.seal(compress(delivery.body), office, "delivery", delivery.id)
        record = (
            delivery.type.table,
            delivery.type.source,
            delivery.workstation,
            repr(delivery.received_at),
            rows,
            len(delivery.body),
            sealed,
        )
        keeping = self._pipelined.run(
            _KEEP,
            (
                keys.delivery(office, delivery.id),
                keys.inbox(office),
                keys.lanes("inbox"),
                keys.hint(office, "inbox"),
            ),
            (delivery.id, office, keys.HINT_MS, *record),
        )
        hint = bool(await (self._kept(keeping) if self._replicas else keeping))
        self.acks.count(f"deliveries|{office}|{counted_as(delivery.type.table)}|accepted")
        return hint

    async def bury(self, letter: DeadLetter, body: bytes) -> None:
        """Keep a body that will never be rows as a dead letter, so that the office's feed can move on.

        :raises StoreUnavailable: it was not kept.
        """
        async with self._redis.pipeline(transaction=True) as together:
            for command in steps_to_bury(letter, body, self.seals):
                together.execute_command(*command)
            await self._kept(together.execute())

    async def refuse(self, delivery: Delivery, kept: bytes, code: str, keep_seconds: int) -> int:
        """Keep, of a body that is not rows, ``kept`` for the operator, once; say how often that body has come."""
        feed = (delivery.office, delivery.type.table, delivery.workstation)
        fingerprint = self.seals.fingerprint(delivery.body, "refused", *feed).hex()[:16]
        key = keys.refused(delivery.office, fingerprint)
        sealed = self.seals.seal(compress(kept), delivery.office, "refused", fingerprint)
        async with self._redis.pipeline(transaction=True) as together:
            together.hincrby(key, "times", 1)
            together.hset(key, mapping={"reason": code, "last": repr(delivery.received_at), "body": sealed})
            together.expire(key, keep_seconds)
            together.zadd(keys.refused_bodies(delivery.office), {fingerprint: int(delivery.received_at * 1000)})
            together.zremrangebyrank(keys.refused_bodies(delivery.office), 0, -MOST_REFUSED_BODIES - 1)
            together.expire(keys.refused_bodies(delivery.office), keep_seconds)
            answers = await self._kept(together.execute())
        return int(answers[0])

    async def _kept(self, keeping: Awaitable[T]) -> T:
        """Wait until it is kept, and by as many replicas as must have it.

        :raises StoreUnavailable: down, read-only, full, failing over, or too slow.
        """
        try:
            async with asyncio.timeout(KEPT_WITHIN):
                answer = await keeping
                if self._replicas:
                    await self._replicated()
                return answer
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreUnavailable(f"the store did not take the delivery ({type(error).__name__})") from None

    async def _replicated(self) -> None:
        # WAIT speaks of what its own connection wrote, and of everything that was written before.
        async with self._redis.pipeline(transaction=False) as together:
            together.set(keys.READY, 1, ex=60)
            together.execute_command("WAIT", self._replicas, _REPLICATED_WITHIN_MS)
            found = (await together.execute())[-1]
        if found < self._replicas:
            raise StoreUnavailable(f"{found} of {self._replicas} replicas have the delivery")

    async def takes_writes(self) -> bool:
        """Whether the store durably takes a write now."""
        try:
            return bool(await self._redis.set(keys.READY, 1, ex=60))
        except (RedisError, OSError):
            return False

    async def count(self, *name: str) -> None:
        """Raise a counter; a lost count is no reason to answer differently."""
        try:
            await self._redis.hincrby(keys.STATS, "|".join(name), 1)
        except RedisError:
            return

    async def note_key(self, office: str, fingerprint: str, at: float) -> None:
        """Remember when a customer key last came with a delivery that was kept."""
        try:
            await self._redis.set(keys.key_used(office, fingerprint), repr(at), ex=KEY_KEPT_SECONDS)
        except RedisError:
            return

    async def close(self) -> None:
        """Write what was noted, and end the connection that deliveries are kept over."""
        await self.acks.write()
        await self._pipelined.close()

    async def _do_all(self, commands: Sequence[tuple[Argument, ...]]) -> int:
        return await self._pipelined.run(_DO, (), [part for each in commands for part in (len(each), *each)])
