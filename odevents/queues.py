"""RQ as an alarm clock: a job says only "look at this lane". The only place that enqueues.

The work itself is in the lanes, so a lost job costs seconds (the sweep hints again) and a repeated one nothing. What RQ
does under kill -9, and why one queue per worker, JSON, and a hint that is followed by its id, is in docs/decisions.md.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Literal, cast

from rq import Queue, Worker
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.utils import as_text

from odevents.errors import OdeventsError
from odevents.log import logger
from odevents.store import keys
from odevents.store.atomic import WAKE, Steps, in_store
from odevents.store.ids import new_id
from odevents.store.keys import Lane
from odevents.store.script import Argument, Script

if TYPE_CHECKING:
    from redis import Redis

Work = Literal["inbox", "writes", "handlers"]
"""What one worker process does. A write lane wants either a worker of rules' writes or, for user code, of handlers."""

QUEUES: dict[Work, str] = {
    "inbox": "odevents-inbox",
    "writes": "odevents-writes",
    "handlers": "odevents-handlers",
}
JOBS: dict[Work, str] = {
    "inbox": "workers.jobs.drain_inbox",
    "writes": "workers.jobs.drain_writes",
    "handlers": "workers.jobs.drain_handlers",
}
"""RQ keeps these paths in Redis: they are a contract that outlives a deploy."""

_LANES: dict[Work, Lane] = {"inbox": "inbox", "writes": "writes", "handlers": "writes"}

_JOB_TIMEOUT = 900
_SECONDS = 60  # for which RQ's tools can show a hint that waits; it is taken by its id alone, however long it waited
_SWEPT: tuple[Lane, ...] = ("inbox", "writes")
_PAGE = 1000
_MOST_HINTS = 1000
_BEHIND = 50
_LOST_WHILE_BEHIND = 60.0
_OFFICE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NAME = re.compile(rf"(?P<work>{'|'.join(QUEUES)})-(?P<office>{_OFFICE.pattern})_[0-9a-z]{{16}}")

_FIELDS = (
    "created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat", "worker_name", "origin", "description",
    "status", "timeout", "result_ttl", "failure_ttl", "ttl",
)  # fmt: skip
_QUEUE, _JOB = Queue.redis_queue_namespace_prefix, Job.redis_job_namespace_prefix
_MOST_DATA = 1024
_NOTHING = b'["", null, [], {}]'


NOT_OURS = "a job in Redis is not one of ours, and was not run"


class ForgedJob(OdeventsError):
    """Somebody put a job into Redis that is not one of ours; it was not run."""


class GuardedJob(Job):
    """A job that can be nothing but one of our three, with an office's name as its only argument.

    RQ imports whatever function a job names and calls whatever callbacks it names, so whoever can write to Redis could
    run code; the JSON serializer alone does not prevent that.
    """

    def restore(self, raw_data: Mapping[Any, Any]) -> None:
        """Take from Redis only what a hint has, and no more of it than a hint is long.

        A job may also name URLs to call, results to decode, and data that inflates to gigabytes.
        """
        found = {as_text(name): value for name, value in raw_data.items()}
        taken = {name: found[name] for name in _FIELDS if name in found}
        taken["data"] = _call_in(found.get("data", b""))
        try:
            super().restore(taken)
        except (ValueError, OverflowError, ArithmeticError):
            super().restore({"data": _NOTHING})

    @property
    def func(self) -> Callable[..., Any]:
        """The function to run.

        :raises ForgedJob: the job is not one of ours; that is logged too, for somebody has to look.
        """
        if not self.is_ours():
            logger.error(NOT_OURS, code="forged-job")
            raise ForgedJob("a job in Redis is not one of odevents' own; somebody else can write to this server")
        run: Callable[..., Any] = super().func
        return run

    def is_ours(self) -> bool:
        """Whether it is one of ours, with an office as its only argument."""
        arguments = self.args
        one = len(arguments) == 1 and isinstance(arguments[0], str) and _OFFICE.fullmatch(arguments[0])
        return self.func_name in JOBS.values() and bool(one) and not self.instance and not self.kwargs

    @property
    def success_callback(self) -> None:
        """Never: a callback is an import path too."""

    @property
    def failure_callback(self) -> None:
        """Never: a callback is an import path too."""

    @property
    def stopped_callback(self) -> None:
        """Never: a callback is an import path too."""


def _call_in(data: bytes) -> bytes:
    """What a job calls, compressed or not; a call of nothing where that is longer than any of ours, or no call."""
    inflating = zlib.decompressobj()
    try:
        plain, rest = inflating.decompress(data, _MOST_DATA), inflating.unconsumed_tail
    except zlib.error:
        plain, rest = data, b""
    if len(plain) >= _MOST_DATA or rest:
        return _NOTHING
    try:
        match json.loads(plain):
            case [str(), _, list(), dict()]:
                return plain
    except (ValueError, RecursionError):
        pass
    return _NOTHING


def queue(redis: Redis, work: Work) -> Queue:
    """The RQ queue of the hints for one kind of work."""
    return Queue(QUEUES[work], connection=redis, job_class=GuardedJob, serializer=JSONSerializer)


def workers_alive(redis: Redis) -> dict[str, int]:
    """How many worker processes of each queue have shown themselves lately."""
    with redis.pipeline(transaction=False) as together:
        for name in QUEUES.values():
            together.smembers(f"rq:workers:{name}")
        found = in_store(together.execute)
    alive = {}
    for lane, members in zip(QUEUES, found, strict=True):
        alive[str(lane)] = in_store(lambda members=members: redis.exists(*members)) if members else 0  # type: ignore[misc]
    return alive


def office_hinted(name: str, queue: Queue) -> str | None:
    """The office whose lane a hint in a queue names: its id says all there is to say. ``None`` for what is no hint.

    What Redis keeps of the job is for the tools of RQ: not to fetch it saves an exchange (0.35 ms), and what somebody
    else may have written there is not even read.
    """
    found = _NAME.fullmatch(name)
    return found["office"] if found and QUEUES[cast("Work", found["work"])] == queue.name else None


def _fields(office: str, work: Work, redis: Redis) -> str:
    """What RQ keeps of a job, but for its times, as JSON: the same for all hints of a lane."""
    job = GuardedJob.create(
        JOBS[work],
        (office,),
        origin=QUEUES[work],
        timeout=_JOB_TIMEOUT,
        ttl=_SECONDS,
        description=f"{work} of {office}",
        status=JobStatus.QUEUED,
        connection=redis,
        serializer=JSONSerializer,
    )
    kept = {**job.to_dict(), "data": job.data.decode()}  # RQ also reads what is not compressed
    return json.dumps(
        [part for name, value in kept.items() if value and name != "created_at" for part in (name, value)]
    )


# ARGV: the flag, its ms, "NX" if one that is set means that a worker was woken, "" if it is set already; the job.
_WAKE = Script(f"""{WAKE}
if ARGV[3] == 'NX' then
  if not redis.call('SET', ARGV[1], 1, 'NX', 'PX', ARGV[2]) then return end
elseif ARGV[3] ~= '' then redis.call('SET', ARGV[1], 1, 'PX', ARGV[2]) end
wake(4)
""")


class Hints:
    """Gives hints. Thread-safe."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queues: dict[Work, Queue] = {work: queue(redis, work) for work in QUEUES}
        self._fields = cache(partial(_fields, redis=redis))
        self._swept_at: dict[Lane, float] = {}

    def close(self) -> None:
        """Close its connections; the next hint opens one again."""
        self._redis.close()

    def enqueue(self, office: str, work: Work, now: float) -> None:
        """Wake a worker for a lane whose hint flag is already set."""
        self._hint("", office, work, now)

    def give(self, office: str, work: Work, now: float) -> None:
        """Wake a worker for a lane, unless one has been hinted already."""
        self._hint("NX", office, work, now)

    def pass_on(self, office: str, work: Work, now: float) -> None:
        """Wake a worker of another kind for a lane, whoever was hinted before."""
        self._hint("ANYWAY", office, work, now)

    def add(self, steps: Steps, office: str, work: Work, now: float) -> None:
        """Add the step that wakes a worker for a lane, unless one has been hinted already."""
        steps.add("HINT", keys.hint(office, _LANES[work]), keys.HINT_MS, *self.job(office, work, now))

    def _hint(self, flag: str, office: str, work: Work, now: float) -> None:
        asked = [keys.hint(office, _LANES[work]), keys.HINT_MS, flag, *self.job(office, work, now)]
        in_store(lambda: _WAKE.run(self._redis, (), asked))

    def job(self, office: str, work: Work, now: float) -> list[Argument]:
        """What it takes to enqueue a job, as ``WAKE`` in store/atomic.py wants it."""
        name, at = new_id(f"{work}-{office}", now), f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        return [_QUEUE + QUEUES[work], name, _JOB + name, _SECONDS, at, self._fields(office, work)]

    def sweep(self, now: float) -> int:
        """Hint every lane that has work due and nobody working on it, up to a bound; say how many.

        While many hints wait in the queue, the workers are merely behind: to hint again what waits there already would
        put them further behind. Then only once a minute, for what RQ lost all the same.
        """
        swept = 0
        for lane in _SWEPT:
            behind = in_store(lambda lane=lane: self._queues[lane].count) > _BEHIND  # type: ignore[misc]
            if behind and now - self._swept_at.get(lane, 0.0) < _LOST_WHILE_BEHIND:
                continue
            self._swept_at[lane] = now
            for office in islice(self._idle(lane, now), _MOST_HINTS):
                self.give(office, lane, now)
                swept += 1
        return swept

    def _idle(self, lane: Lane, now: float) -> Iterator[str]:
        """The lanes that nobody works on: all are looked at, so that no thousand busy ones hide another."""
        for start in count(0, _PAGE):
            index = keys.lanes(lane)
            due = in_store(lambda: self._redis.zrangebyscore(index, 0, now * 1000, start=start, num=_PAGE))  # noqa: B023
            offices = [office.decode() for office in cast("list[bytes]", due)]
            with self._redis.pipeline(transaction=False) as together:
                for office in offices:
                    together.exists(keys.lease(office, lane), keys.hint(office, lane))
                busy = in_store(together.execute) if offices else []
            yield from (office for office, taken in zip(offices, busy, strict=True) if not taken)
            if len(offices) < _PAGE:
                return


def alive(redis: Redis) -> dict[Work, int]:
    """How many worker processes there are for each kind of work; one that was killed is counted for a minute."""
    return {work: len(in_store(lambda work=work: Worker.all(queue=queue(redis, work)))) for work in QUEUES}  # type: ignore[misc]
