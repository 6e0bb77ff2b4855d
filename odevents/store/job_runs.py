"""How the periodic jobs run: last run, how long it took, when the next is due, the last error by type."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import in_store

if TYPE_CHECKING:
    from redis import Redis


class JobRun(msgspec.Struct, frozen=True):
    """One periodic job. Times are seconds since the epoch.

    :ivar every: seconds from one run to the next.
    :ivar runs: how often it has run since this scheduler began to act.
    :ivar last_at: when the last run began.
    :ivar seconds: how long the last run took.
    :ivar next_at: when the next one is due.
    :ivar error: type of the last error, ``""`` for none; it stays when later runs succeed.
    :ivar error_at: when that was, 0 for never.
    :ivar failed: whether the last run failed.
    :ivar scheduler: which scheduler ran it.
    """

    name: str
    every: float
    runs: int
    last_at: float
    seconds: float
    next_at: float
    error: str = ""
    error_at: float = 0.0
    failed: bool = False
    scheduler: str = ""


class JobRuns:
    """Keeps one record a job."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def keep(self, run: JobRun) -> None:
        """Replace what is known of this job.

        :raises StoreUnavailable: it was not kept.
        """
        said = msgspec.json.encode(run)
        in_store(lambda: self._redis.hset(keys.JOBS, run.name, cast("str", said)))

    def all(self) -> list[JobRun]:
        """What is known of every job, by name."""
        found = cast("dict[bytes, bytes]", in_store(lambda: self._redis.hgetall(keys.JOBS)))
        return sorted((msgspec.json.decode(said, type=JobRun) for said in found.values()), key=lambda run: run.name)

    def scheduler(self) -> str:
        """Which scheduler acts now; ``""`` when none does."""
        found = cast("bytes | None", in_store(lambda: self._redis.get(keys.SCHEDULER)))
        return (found or b"").decode()
