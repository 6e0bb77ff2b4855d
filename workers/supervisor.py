"""Keeping child processes alive, and leaving none behind.

Our own supervision instead of RQ's pool, which cannot be told the serializer or the intervals we need. A child whose
parent dies, however it dies, notices that its standard input has closed and leaves.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from odevents.log import logger

RESTART_AFTER = 1.0
STOP_WITHIN = 100.0
"""Seconds a child has to finish what it has in hand: one call of the API may take a minute."""


@dataclass
class Child:
    """One process to keep alive: ``python -m <module and arguments>``.

    :ivar without: variables of our environment that it is not given.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    without: Collection[str] = ()
    process: subprocess.Popen[bytes] | None = None
    not_before: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the parent."""
        self.process = subprocess.Popen(  # noqa: S603  our own modules
            [sys.executable, "-m", "workers.child", *self.command],
            stdin=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name not in self.without} | self.environment,
            start_new_session=True,
        )


class Supervisor:
    """Starts children, starts again those that die, stops them all.

    :ivar signalled: whether a signal asked it to stop.
    """

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)
        self._stopping = threading.Event()
        self.signalled = False

    @property
    def stopping(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Start all."""
        for child in self.children:
            child.start()

    def run(self, each_second: Callable[[], None]) -> None:
        """Watch over the children until :meth:`ask_to_stop` or a signal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self.start()
        try:
            while not self._stopping.wait(1.0):
                self.revive()
                each_second()
        finally:
            self.stop()

    def _on_signal(self, *_: object) -> None:
        self.signalled = True
        self.ask_to_stop()

    def ask_to_stop(self) -> None:
        """Make :meth:`run` come to an end."""
        self._stopping.set()

    def dead(self) -> list[str]:
        """The names of the children that have died and were not started again yet."""
        return [child.name for child in self.children if child.process and child.process.poll() is not None]

    def revive(self) -> None:
        """Start again what has died, not more often than once a second."""
        for child in self.children:
            if child.process and child.process.poll() is not None and time.monotonic() >= child.not_before:
                logger.warning("process died, starting it again", process=child.name, status=child.process.returncode)
                child.not_before = time.monotonic() + RESTART_AFTER
                child.start()

    def stop(self) -> None:
        """Ask every child to finish, wait, and end what does not."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN
        for process in running:
            try:
                process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def lane_workers(inbox: int, writes: int, handlers: int) -> list[Child]:
    """So many worker processes for deliveries, for rules' writes, and for handlers."""
    work = ["inbox"] * inbox + ["writes"] * writes + ["handlers"] * handlers
    return [Child(f"worker {name}", ["workers.process", name]) for name in work]
