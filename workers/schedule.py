"""The periodic jobs, done by exactly one process at a time, however many schedulers run."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from odevents.errors import LeaseLost, StoreUnavailable
from odevents.log import logger
from odevents.runtime import Runtime
from odevents.store import keys
from odevents.store.atomic import Lease
from odevents.store.ids import new_id


@dataclass
class Job:
    """Something done every so many seconds."""

    name: str
    every: float
    action: Callable[[float], object]
    next_at: float = 0.0


def jobs(runtime: Runtime) -> list[Job]:
    """The periodic jobs."""
    return [
        Job("sweep", 1.0, runtime.hints.sweep),
        Job("forget", 600.0, lambda now: runtime.store.forget(now, runtime.settings.keep_days)),
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
            with Lease(runtime.store.redis, keys.SCHEDULER, new_id("scheduler", time.time())) as lease:
                _lead(lease, jobs(runtime), stopping)
        except (LeaseLost, StoreUnavailable) as error:
            logger.debug("scheduler waits", error=type(error).__name__)
        stopping.wait(2.0)
    return signalled.is_set()


def _lead(lease: Lease, periodic: list[Job], stopping: threading.Event) -> None:
    while not stopping.wait(0.2):
        now = time.time()
        for job in periodic:
            if now >= job.next_at:
                job.next_at = now + job.every
                lease.renew()
                job.action(now)
