"""The periodic jobs, done by exactly one process at a time, however many schedulers run."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

from odevents.errors import LeaseLost, StoreUnavailable
from odevents.log import logger
from odevents.runtime import Runtime
from odevents.store import keys
from odevents.store.atomic import Lease
from odevents.store.ids import new_id
from odevents.store.presence import forget_gone
from workers.offices_round import OfficesRound, looking_after
from workers.rounds import Job, Rounds


def jobs(runtime: Runtime, still_ours: Callable[[], None]) -> list[Job]:
    """The periodic jobs.

    :param still_ours: for slow ones, to be called between their parts; raises when this process must stop acting.
    """
    offices = OfficesRound(runtime.offices, looking_after(runtime, still_ours))
    return [
        Job("sweep", 1.0, runtime.hints.sweep),
        Job("bulk", 1.0, runtime.bulk.work),
        Job("freshness", 0.5, offices.go),
        Job("forget-processes", 600.0, lambda now: forget_gone(runtime.redis, now)),
        Job("forget", 600.0, lambda _: runtime.store.records.forget()),
    ]


def run(runtime: Runtime, stopping: threading.Event) -> bool:
    """Run the jobs until told to stop; wait while another scheduler does. Say whether a signal told it."""
    signalled = threading.Event()

    def stop(*_: object) -> None:
        signalled.set()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    logger.info("scheduler ready", pid=os.getpid())
    while not stopping.is_set():
        try:
            _act(runtime, stopping)
        except (LeaseLost, StoreUnavailable) as error:
            logger.debug("scheduler waits", error=type(error).__name__)
        stopping.wait(2.0)
    return signalled.is_set()


def _act(runtime: Runtime, stopping: threading.Event) -> None:
    """Be the scheduler that acts, if no other is.

    :raises LeaseLost: another one is.
    """
    token = new_id("scheduler", time.time())
    with Lease(runtime.store.redis, keys.SCHEDULER, token) as lease:

        def still_ours() -> None:
            if stopping.is_set():
                raise LeaseLost("this scheduler was told to stop")
            lease.renew()

        logger.info("scheduler acts", pid=os.getpid())
        Rounds(jobs(runtime, still_ours), still_ours, runtime.store.job_runs, token).go(stopping)
