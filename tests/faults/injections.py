"""The ways to hurt a running installation. Each returns whether it really struck."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import cast

from odevents.simulator.faults import Trouble
from odevents.store import keys
from odevents.store.atomic import LEASE_MS
from odevents.store.keys import Lane
from tests.faults.office_api import TROUBLES, MisbehavingClinic
from tests.faults.power import PowerRecorder, break_disk, kill_server
from tests.support.installation import Installation, until

Injection = Callable[[], bool]
FROZEN_FOR = LEASE_MS / 1000 + 1.5


class Injections:
    """All kinds for one installation.

    :ivar recoveries: seconds from each kill of a worker until its lanes had a worker again, or nothing to do.
    """

    def __init__(
        self, running: Installation, clinic: MisbehavingClinic, power: PowerRecorder, random: Random, fsync: str
    ) -> None:
        self._running = running
        self._fsync = fsync
        self._clinic = clinic
        self._power = power
        self._random = random
        self._later: list[threading.Timer] = []
        self.recoveries: list[float] = []

    def kinds(self, *, disk: bool) -> dict[str, Injection]:
        """By name. ``disk``: also those that need strace."""
        kinds: dict[str, Injection] = {
            "kill receiver": lambda: self._kill("serve"),
            "kill worker": lambda: self._kill("worker"),
            "kill scheduler": lambda: self._kill("scheduler"),
            "kill worker's child, writes": lambda: self._kill_child("writes"),
            "kill worker's child, inbox": lambda: self._kill_child("inbox"),
            "freeze worker's child, writes": lambda: self._freeze("writes"),
            "freeze worker's child, inbox": lambda: self._freeze("inbox"),
            "kill server": self._kill_server,
            "reset server connections": self._reset_connections,
            "eConnector down": lambda: self._for_a_while("econnector_down", True, False),
            "key disabled": lambda: self._for_a_while("key_disabled", True, False),
            "throttle": lambda: self._for_a_while("throttle", "refuse", "none"),
        }
        kinds |= {f"API {trouble}": partial(self._trouble, trouble) for trouble in TROUBLES}
        if not self._power.missing:
            kinds["power cut"] = self._cut_power
        if disk:
            kinds["disk error (EIO)"] = lambda: self._break_disk("fdatasync", "EIO")
            kinds["disk full (ENOSPC)"] = lambda: self._break_disk("write", "ENOSPC")
        return kinds

    def calm(self) -> None:
        """Wait for what was to end by itself."""
        for timer in self._later:
            timer.join()

    def _kill(self, command: str) -> bool:
        process = self._running.processes[command]
        process.kill()
        died = process.wait(timeout=10) == -signal.SIGKILL
        self._running.launch(command, "odevents.cli.main", command)
        return died

    def _kill_child(self, lane: Lane) -> bool:
        children = until(lambda: list(self._children(lane)), what=f"a worker of {lane}")
        held = self._soon_held(lane)
        begun = time.monotonic()
        os.kill(children[0], signal.SIGKILL)
        until(lambda: not self._still_held(held), within=40, what=f"recovery of {lane}")
        if held:
            self.recoveries.append(round(time.monotonic() - begun, 2))
        return True

    def _freeze(self, lane: str) -> bool:
        """Past its lease, and let it wake up in a world that went on."""
        children = until(lambda: list(self._children(lane)), what=f"a worker of {lane}")
        os.kill(children[0], signal.SIGSTOP)
        self._after(FROZEN_FOR, lambda: _signal(children[0], signal.SIGCONT))
        return True

    def _kill_server(self) -> bool:
        kill_server(self._running.server)
        time.sleep(self._random.random())
        self._restart_server()
        return True

    def _cut_power(self) -> bool:
        self._power.cut(self._running.server, self._running.folder / "server")
        self._restart_server()
        return True

    def _break_disk(self, call: str, error: str) -> bool:
        struck = break_disk(self._running.server, call, error)
        self._restart_server()
        return struck

    def _restart_server(self) -> None:
        with self._power.recording():
            self._running.server.restart()
        self._running.redis.config_set("appendfsync", self._fsync)

    def _reset_connections(self) -> bool:
        return bool(self._running.redis.client_kill_filter(_type="normal", skipme=True))

    def _for_a_while(self, fault: str, bad: object, good: object) -> bool:
        """At every office; what came of it, the witness knows."""
        self._everywhere(fault, bad)
        self._after(4.0, lambda: self._everywhere(fault, good))
        return True

    def _everywhere(self, fault: str, value: object) -> None:
        for office in self._clinic.offices.values():
            setattr(office.faults, fault, value)

    def _trouble(self, trouble: Trouble) -> bool:
        """The next two calls of some office; whether they were writes, the witness knows."""
        for office in self._random.sample(list(self._clinic.offices.values()), 3):
            office.faults.next(trouble, trouble)
        return True

    def _after(self, seconds: float, action: Callable[[], object]) -> None:
        timer = threading.Timer(seconds, action)
        timer.start()
        self._later.append(timer)

    def _children(self, lane: str) -> Iterator[int]:
        parent = self._running.processes["worker"].pid
        listed = Path(f"/proc/{parent}/task/{parent}/children")
        for pid in listed.read_text().split() if listed.exists() else ():
            if lane in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                yield int(pid)

    def _held(self, lane: Lane) -> dict[str, bytes]:
        names = [keys.lease(office, lane) for office in self._clinic.offices]
        tokens = cast("list[bytes | None]", self._running.redis.mget(names))
        return {name: token for name, token in zip(names, tokens, strict=True) if token}

    def _soon_held(self, lane: Lane) -> dict[str, bytes]:
        """The leases at a moment when there are any, if one comes within two seconds: then the kill hurts most."""
        deadline = time.monotonic() + 2
        while not (held := self._held(lane)) and time.monotonic() < deadline:
            time.sleep(0.001)
        return held

    def _still_held(self, held: dict[str, bytes]) -> bool:
        return any(self._running.redis.get(name) == token for name, token in held.items())


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # killed while it was frozen
