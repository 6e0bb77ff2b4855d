"""One worker process: RQ's SimpleWorker on one queue, made safe to stop."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
import time
from datetime import timedelta
from functools import cache
from types import FrameType
from typing import TYPE_CHECKING, cast

from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import WorkerStatus

from odevents import __version__
from odevents.errors import StoreUnavailable
from odevents.hygiene import reuse_large_blocks
from odevents.log import configure_logging, logger, place_of
from odevents.queues import NOT_OURS, GuardedJob, Work, office_hinted, queue
from odevents.runtime import process_runtime
from odevents.store.connection import connect_rq
from odevents.store.presence import present
from workers.carrying import Carrier

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue

_LOOK_EVERY = 1
"""Seconds between two looks at the stop flag while no job comes."""

_SHOWN_EVERY = timedelta(seconds=5)
"""How often a worker shows that it is alive."""

_THREADS: dict[Work, int] = {"writes": 256, "handlers": 8}
"""Turns that one process takes at the same time: calls that wait for their answer, and user code."""

_STACK = 512 * 1024
"""Bytes of a thread's stack; the usual 8 MiB would count against the memory below 256 times."""

_MOST_MEMORY = 1 << 30
"""Bytes of data a worker may have; beyond, a handler meets ``MemoryError`` instead of taking the machine with it."""


class LaneWorker(SimpleWorker):
    """Follows the hints of exactly one queue, one after the other.

    A signal only sets a flag, which is looked at between two pops: RQ's own handler raises wherever it happens to be,
    and loses the job that was just popped (rq #2236).

    :ivar carrier: who takes up the lanes that the hints name, for a worker of writes.
    """

    carrier: Carrier | None = None

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job in hand, then leave."""
        self._stop_requested = True

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """A second signal changes nothing; kill -9 does."""

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Follow one hint after the other; give RQ a job that is none of them; ``None`` when the worker should leave.

        Not RQ's own, which tries for ever to reach a server that is down, and never looks at the flag; and which keeps
        books of a job in five exchanges, all of them for one that must not be lost.
        """
        while not self._stop_requested:
            try:
                if self._has_room() and (other := self._next()):
                    return other, self.queues[0]
            except NotConnected as error:
                logger.warning("Redis does not answer", error=type(error).__name__)
                time.sleep(_LOOK_EVERY)
        return None

    def _has_room(self) -> bool:
        return self.carrier is None or self.carrier.has_room(_LOOK_EVERY)

    def _next(self) -> Job | None:
        """Follow the next hint, if one comes within a second; or give back what is none."""
        self._show()
        [queue] = self.queues
        # No second list keeps what was popped: a hint that dies with its worker is given again by the sweep.
        popped = cast("list[bytes] | None", self.connection.blpop([queue.key], _LOOK_EVERY))
        if popped is None:
            return None
        name = popped[1].decode(errors="replace")
        if office := office_hinted(name, queue):
            self.carrier.look_at(office) if self.carrier else drain(office)
            return None
        return self._fetched(name)

    def _show(self) -> None:
        """Show every few seconds that it is alive and idle; wait while ``rq suspend`` holds."""
        idle = self.get_state() == WorkerStatus.IDLE
        if idle and self.last_heartbeat and now() - self.last_heartbeat < _SHOWN_EVERY:
            return
        self.check_for_suspension(burst=False)  # says that it is alive, too
        if not idle:
            self.set_state(WorkerStatus.IDLE)
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def _fetched(self, name: str) -> Job | None:
        """A job that is none of our hints, for RQ to run or, most likely, to refuse."""
        try:
            job = self.job_class.fetch(name, connection=self.connection, serializer=JSONSerializer)
        except NoSuchJobError:
            return None
        except RedisError:
            raise
        except Exception as error:
            logger.error(NOT_OURS, code="forged-job", error=type(error).__name__)
            return None
        job.redis_server_version = self.get_redis_server_version()  # type: ignore[no-untyped-call]
        return job

    def teardown(self) -> None:
        """Say goodbye, if the server can hear it; it forgets a worker that does not."""
        with contextlib.suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]


def drain(office: str) -> None:
    """Work through an inbox lane. Nothing it fails with reaches RQ, which would keep the text of it."""
    try:
        process_runtime().pipeline.drain_inbox(office)
    except StoreUnavailable as error:
        logger.warning("store unavailable", office=office, lane="inbox", error=str(error))
    except Exception as error:
        logger.error("drain failed", office=office, lane="inbox", error=place_of(error))


def carry(office: str, work: Work) -> None:
    """Take up a write lane beside those in hand; it is worked on after this returns."""
    _process_carrier(work).look_at(office)


@cache
def _process_carrier(work: Work) -> Carrier:
    """The carrier of this worker process."""
    runtime = process_runtime()
    return Carrier(runtime.pipeline, work, runtime.ready_in, _THREADS[work])


def run(work: Work) -> None:
    """Be a worker for one kind of work until told to stop."""
    runtime = process_runtime()
    configure_logging(runtime.settings.log_level, json=not sys.stderr.isatty())
    logging.getLogger("rq.worker").setLevel(logging.ERROR)
    _bound_memory()
    if work == "writes":
        threading.stack_size(_STACK)
    connection = connect_rq(runtime.redis_url)
    worker = LaneWorker(
        [queue(connection, work)],
        connection=connection,
        job_class=GuardedJob,
        serializer=JSONSerializer,
        log_job_description=False,
        worker_ttl=60,
        maintenance_interval=60,
    )
    if work != "inbox":
        worker.carrier = _process_carrier(work)
    # A delivery makes tens of thousands of objects and no cycles; to look for them at the usual pace takes a sixth of
    # the time.
    gc.freeze()
    gc.set_threshold(500_000, 20, 100)
    reuse_large_blocks()
    logger.info("worker ready", lane=work, pid=os.getpid())
    try:
        with present(runtime.redis, f"worker {work}", __version__):
            worker.work(logging_level="ERROR")
    finally:  # RQ's loop also ends by an exception, when the server is gone
        if worker.carrier:
            worker.carrier.stop()


def _bound_memory() -> None:
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, most))


if __name__ == "__main__":
    run(cast("Work", sys.argv[1]))
