"""The rounds of the scheduler that acts: each job when it is due, the slow ones beside the quick ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from odevents.errors import LeaseLost, OdeventsError, StoreUnavailable
from odevents.log import logger, place_of
from odevents.store.job_runs import JobRun, JobRuns

KEEP_EVERY = 10.0
"""A job that runs more often than this is recorded this often only: each record costs the server an fsync."""


@dataclass(frozen=True)
class Job:
    """Something done every so many seconds.

    :ivar action: takes the time, in seconds since the epoch.
    :ivar slow: it may take long, so it has a thread of its own; it must call ``still_ours`` between its parts.
    """

    name: str
    every: float
    action: Callable[[float], object]
    slow: bool = False


class Rounds:
    """Runs jobs while this process holds the scheduler's lease.

    :param still_ours: renews the lease; raises :class:`LeaseLost` when it is gone or the process stops.
    :param runs: where runs are recorded.
    :param token: who we are.
    """

    def __init__(self, jobs: Sequence[Job], still_ours: Callable[[], None], runs: JobRuns, token: str) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._still_ours = still_ours
        self._runs = runs
        self._token = token
        self._due = dict.fromkeys(self._jobs, 0.0)
        self._known: dict[str, JobRun] = {run.name: run for run in runs.all() if run.name in self._jobs}
        self._kept_at = dict.fromkeys(self._jobs, 0.0)
        self._running: dict[str, Future[None]] = {}

    def go(self, stopping: threading.Event) -> None:
        """Do round after round until told to stop; what runs slowly is waited for.

        :raises LeaseLost: another scheduler acts now.
        :raises StoreUnavailable: the store went away.
        """
        slow = sum(job.slow for job in self._jobs.values())
        with ThreadPoolExecutor(max(slow, 1), thread_name_prefix="job") as pool:
            while not stopping.wait(0.2):
                self._round(pool, time.time())

    def _round(self, pool: ThreadPoolExecutor, now: float) -> None:
        for name, job in self._jobs.items():
            ended = self._running.get(name)
            if ended and ended.done():
                del self._running[name]
                ended.result()
            if now < self._due[name] or name in self._running:
                continue
            self._due[name] = now + job.every
            self._still_ours()
            if job.slow:
                self._running[name] = pool.submit(self._run, job, now)
            else:
                self._run(job, now)

    def _run(self, job: Job, now: float) -> None:
        error = ""
        began = time.monotonic()
        try:
            job.action(now)
        except (LeaseLost, StoreUnavailable):
            raise
        except Exception as failure:
            # One job that fails must not keep the others from running.
            error = type(failure).__name__
            known = str(failure) if isinstance(failure, OdeventsError) else place_of(failure)
            logger.error("job failed", process=job.name, error=known)
        self._record(job, now, time.monotonic() - began, error)

    def _record(self, job: Job, now: float, seconds: float, error: str) -> None:
        before = self._known.get(job.name)
        ours = before is not None and before.scheduler == self._token
        run = JobRun(
            name=job.name,
            every=job.every,
            runs=before.runs + 1 if before and ours else 1,
            last_at=now,
            seconds=round(seconds, 4),
            next_at=now + job.every,
            error=error or (before.error if before else ""),
            error_at=now if error else before.error_at if before else 0.0,
            failed=bool(error),
            scheduler=self._token,
        )
        self._known[job.name] = run
        logger.debug("job ran", process=job.name, milliseconds=round(seconds * 1000))
        if now - self._kept_at[job.name] >= min(KEEP_EVERY, job.every * 10) or (before and before.failed != run.failed):
            self._kept_at[job.name] = now
            self._runs.keep(run)
