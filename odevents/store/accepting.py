"""The receiver's side of the store: keep a delivery, durably, in one round trip, before it is answered 200."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

from redis.exceptions import RedisError

from odevents.errors import StoreUnavailable
from odevents.events.delivery import Delivery
from odevents.events.tables import counted_as
from odevents.store import keys
from odevents.store.acks import Acks
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
        self._pipelined = Pipelined(redis, KEPT_WITHIN)
        self.acks = Acks(self._pipelined.run)

    async def accept(self, delivery: Delivery, rows: int) -> bool:
        """Append to the office's inbox; say whether its lane wants a hint.

        :raises StoreUnavailable: it was not kept; nothing of it was.
        """
        office = delivery.office
        sealed = self.seals.seal(compress(delivery.body), office, "delivery", delivery.id)
        keeping = self._pipelined.run(
            (
                (
                    "HSET", keys.delivery(office, delivery.id),
                    "table", delivery.type.table,
                    "source", delivery.type.source,
                    "workstation", delivery.workstation,
                    "received", repr(delivery.received_at),
                    "rows", rows,
                    "bytes", len(delivery.body),
                    "status", "waiting",
                    "body", sealed,
                ),
                ("RPUSH", keys.inbox(office), delivery.id),
                ("ZADD", keys.lanes("inbox"), 0, office),
                ("SET", keys.hint(office, "inbox"), 1, "NX", "PX", keys.HINT_MS),
            )
        )  # fmt: skip
        *_, hinted = await (self._kept(keeping) if self._replicas else keeping)
        self.acks.count(f"deliveries|{office}|{counted_as(delivery.type.table)}|accepted")
        return hinted == b"+OK"

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
