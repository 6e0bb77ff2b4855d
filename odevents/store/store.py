"""The parts of the store that a worker needs, together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from odevents.errors import StoreUnavailable
from odevents.events.change import EVERYTHING, Known, Lost
from odevents.events.tables import WATCH_TABLES
from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.backfills import Backfills
from odevents.store.breaker import Breaker
from odevents.store.dead_letters import DeadLetters
from odevents.store.expected import Expected
from odevents.store.feeds import Feeds
from odevents.store.inbox import Inbox
from odevents.store.job_runs import JobRuns
from odevents.store.ledger import Ledger
from odevents.store.pauses import Pauses
from odevents.store.records import Records
from odevents.store.refusals import RefusalLines
from odevents.store.seal import Seals
from odevents.store.snapshots import Snapshots
from odevents.store.subscriptions_seen import SubscriptionsSeen

if TYPE_CHECKING:
    from redis import Redis

_REPLICATED_WITHIN_MS = 3000
_FACTS_SECONDS = 6 * 3600
_LOST_SECONDS = 4 * 24 * 3600


class Store:
    """Everything Redis remembers, as seen by a worker or the command line.

    :param replicas: how many replicas must know of a call before it leaves; 0 for none.
    :param keep_writes_days: how long writes can be listed after their last change.
    """

    def __init__(self, redis: Redis, seals: Seals, replicas: int = 0, keep_writes_days: float = 30) -> None:
        self.redis = redis
        self.replicas = replicas
        self.seals = seals
        self.inbox = Inbox(redis, seals)
        self.snapshots = Snapshots(redis, seals)
        self.ledger = Ledger(redis, seals, int(keep_writes_days * 24 * 3600))
        self.expected = Expected(redis, seals)
        self.dead_letters = DeadLetters(redis, seals)
        self.pauses = Pauses(redis)
        self.breaker = Breaker(redis, seals)
        self.feeds = Feeds(redis)
        self.backfills = Backfills(redis)
        self.job_runs = JobRuns(redis)
        self.records = Records(redis)
        self.refusals = RefusalLines(redis, seals)
        self.subscriptions_seen = SubscriptionsSeen(redis)

    def await_replicas(self) -> None:
        """Wait until the replicas have everything that was written before; a failover would forget the rest.

        :raises StoreUnavailable: too few of them do.
        """
        if not self.replicas:
            return
        with self.redis.pipeline(transaction=False) as together:
            together.set(keys.READY, 1, ex=60)
            together.wait(self.replicas, _REPLICATED_WITHIN_MS)
            found = int(in_store(together.execute)[-1])
        if found < self.replicas:
            raise StoreUnavailable(f"{found} of {self.replicas} replicas have what was written")

    def remember(self, steps: Steps, office: str, table: str, snapshots: Mapping[str, Known]) -> None:
        """Add the steps that keep these snapshots."""
        self.snapshots.write(steps, office, table, snapshots)

    def feed(self, office: str, table: str) -> tuple[str, Lost | None]:
        """Since when the rows come in, and what was forgotten; see :class:`odevents.events.change.Feed`."""
        with self.redis.pipeline(transaction=False) as together:
            together.hget(keys.feeds(office), table)
            together.get(keys.lost(office))
            stamp, lost = in_store(together.execute)
        return (stamp or b"").decode(), Lost(*lost.decode().split("/")) if lost else None

    def mark_lost(self, office: str, lost: Lost, *, forget_rows: bool) -> None:
        """Note what time is forgotten; its rows are sent again for three days at the most.

        :param forget_rows: also forget what has been learned of rows since.
        """
        with self.redis.pipeline(transaction=True) as together:
            together.set(keys.lost(office), f"{lost.since}/{lost.until}", ex=_LOST_SECONDS)
            if forget_rows:
                together.delete(keys.feeds(office), *(keys.snapshots(office, table) for table in WATCH_TABLES))
            in_store(together.execute)

    def begin_feed(self, steps: Steps, office: str, table: str, stamp: str) -> None:
        """Add the step that notes when the feed began."""
        steps.add("HSETNX", keys.feeds(office), table, stamp)

    def complete_feed(self, steps: Steps, office: str, table: str) -> None:
        """Add the step that notes that every row of the table is known now: a row that is not, is new."""
        steps.add("HSET", keys.feeds(office), table, EVERYTHING)

    def mark_complete(self, office: str, table: str) -> None:
        """Note that every row of the table is known now: a row that is not, is new."""
        in_store(lambda: self.redis.hset(keys.feeds(office), table, EVERYTHING))

    def facts(self, office: str) -> bytes | None:
        """What was last read of the office's set-up, ``None`` when that is too long ago."""
        sealed = cast("bytes | None", in_store(lambda: self.redis.get(keys.facts(office))))
        return None if sealed is None else self.seals.open(sealed, office, "facts")

    def keep_facts(self, office: str, facts: bytes) -> None:
        """Remember the office's set-up for some hours."""
        sealed = self.seals.seal(facts, office, "facts")
        in_store(lambda: self.redis.set(keys.facts(office), sealed, ex=_FACTS_SECONDS))

    def counters(self) -> dict[str, int]:
        """All counters by name."""
        found = cast("dict[bytes, bytes]", in_store(lambda: self.redis.hgetall(keys.STATS)))
        return {name.decode(): int(value) for name, value in found.items()}
