"""One worker process: RQ's SimpleWorker on one queue, made safe to stop."""

from __future__ import annotations

import logging
import os
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from rq import SimpleWorker
from rq.serializers import JSONSerializer

from odevents.errors import StoreUnavailable
from odevents.log import configure_logging, logger
from odevents.queues import GuardedJob, queue
from odevents.runtime import process_runtime
from odevents.store.connection import connect_rq
from odevents.store.keys import Lane

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue

_LOOK_EVERY = 1
"""Seconds between two looks at the stop flag while no job comes."""

_MOST_MEMORY = 1 << 30
"""Bytes of data a worker may have; beyond, a handler meets ``MemoryError`` instead of taking the machine with it."""


class LaneWorker(SimpleWorker):
    """Takes hints from exactly one queue (with several, RQ pops without a safety net), one after the other.

    A signal only sets a flag, which is looked at between two pops: RQ's own handler raises wherever it happens to be,
    and loses the job that was just popped (rq #2236).
    """

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job in hand, then leave."""
        self._stop_requested = True

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """A second signal changes nothing; kill -9 does."""

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job; ``None`` when the worker should leave."""
        while not self._stop_requested:
            result = super().dequeue_job_and_maintain_ttl(_LOOK_EVERY, _LOOK_EVERY)
            if result is not None:
                return result
        return None


def drain(office: str, lane: Lane) -> None:
    """Work through a lane. Nothing it fails with reaches RQ, which would keep the text of it."""
    pipeline = process_runtime().pipeline
    try:
        (pipeline.drain_inbox if lane == "inbox" else pipeline.drain_writes)(office)
    except StoreUnavailable as error:
        logger.warning("store unavailable", office=office, lane=lane, error=str(error))
    except Exception as error:
        logger.error("drain failed", office=office, lane=lane, error=type(error).__name__, code=_where(error))


def run(lane: Lane) -> None:
    """Be a worker for one kind of lane until told to stop."""
    runtime = process_runtime()
    configure_logging(runtime.settings.log_level, json=not sys.stderr.isatty())
    logging.getLogger("rq.worker").setLevel(logging.ERROR)
    _bound_memory()
    connection = connect_rq(runtime.redis_url)
    worker = LaneWorker(
        [queue(connection, lane)],
        connection=connection,
        job_class=GuardedJob,
        serializer=JSONSerializer,
        log_job_description=False,
        worker_ttl=60,
        maintenance_interval=60,
    )
    logger.info("worker ready", lane=lane, pid=os.getpid())
    worker.work(logging_level="ERROR")


def _bound_memory() -> None:
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, most))


def _where(error: BaseException) -> str:
    trace: Any = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""


if __name__ == "__main__":
    run("writes" if sys.argv[1:] == ["writes"] else "inbox")
