"""A whole installation of many offices in real processes, and what they cost: receiver, workers, scheduler, server."""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import msgspec

from bench.contenders import key_of, odevents_environment
from bench.environments import ROOT
from bench.processes import Running, Valkey, free_port, processor_seconds, resident_bytes
from bench.rows import HEADERS
from odevents.queues import alive
from odevents.store import keys

_WORK = ("inbox", "writes")


@dataclass
class Fleet:
    """Offices, their API's stand-in, and an installation that serves them.

    :ivar processes: ours, by name; the server's pid is ``valkey``.
    """

    offices: int
    port: int
    api: int
    valkey: Valkey
    processes: Mapping[str, Running]

    def pids(self) -> dict[str, int]:
        """Every process that the installation consists of."""
        return {name: running.pid for name, running in self.processes.items()} | {"valkey": self.valkey.pid}

    def processor(self) -> dict[str, float]:
        """Processor seconds so far, by process."""
        return {name: processor_seconds(pid) for name, pid in self.pids().items()}

    def memory(self) -> dict[str, float]:
        """Resident megabytes, by process."""
        return {name: resident_bytes(pid) / 1e6 for name, pid in self.pids().items()}

    def post(self, office: int, body: bytes, connection: http.client.HTTPConnection) -> float:
        """Send a delivery as the office would; give back how many seconds its answer took.

        :raises RuntimeError: it was not answered 200.
        """
        begun = time.perf_counter()
        connection.request("POST", "/apievents", body, HEADERS | {"Authorization": key_of(office)})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a delivery was answered {answer.status}")
        return time.perf_counter() - begun

    def connect(self) -> http.client.HTTPConnection:
        """A connection to the receiver."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def calls(self) -> dict[str, list[float]]:
        """When each office was called (monotonic seconds), by customer key."""
        with urlopen(f"http://127.0.0.1:{self.api}/seen", timeout=60) as answer:
            return msgspec.json.decode(answer.read(), type=dict[str, list[float]])

    def until(self, condition: Callable[[], object], within: float) -> float:
        """Wait for something; give back how many seconds it took."""
        begun = time.monotonic()
        while not condition():
            if time.monotonic() - begun > within:
                raise RuntimeError("it did not come to an end in time")
            time.sleep(0.05)
        return time.monotonic() - begun

    def waiting(self) -> int:
        """Offices whose inbox holds something."""
        return int(self.valkey.client.zcard(keys.lanes("inbox")))

    def planned(self) -> int:
        """Offices whose write lane holds something."""
        return int(self.valkey.client.zcard(keys.lanes("writes")))


@contextmanager
def fleet(offices: int, *, budget: str, reactions: str, answer_after: float, writers: int = 1) -> Iterator[Fleet]:
    """An installation for so many offices whose API answers after so many seconds."""
    valkey, port, api = Valkey(), free_port(), free_port()
    valkey.client.set(keys.EPOCH, 0)  # as `odevents up` does: no ledger was lost, so no write is in doubt
    environment = odevents_environment(valkey.url, offices, f"http://127.0.0.1:{api}/api/v1")
    environment |= {"ODEVENTS_PORT": str(port)}
    file = Path(environment["ODEVENTS_CONFIG"])
    text = file.read_text().replace('"none"', f'"{budget}"').partition("[[reactions]]")[0]
    file.write_text(text + reactions)
    python = [sys.executable, "-m"]
    stand_in = Running([*python, "bench.office_api", str(api), str(answer_after)], {}, ROOT)
    ours = {"web": Running([*python, "odevents.cli.main", "serve"], environment, ROOT, port)}
    ours["scheduler"] = Running([*python, "odevents.cli.main", "scheduler"], environment, ROOT)
    for work in ("inbox", *["writes"] * writers):
        name = f"{work} {len(ours)}"
        # A worker leaves when its standard input closes, as its supervisor's does; here nobody supervises it.
        ours[name] = Running([*python, "workers.process", work], environment, ROOT)
    running = Fleet(offices, port, api, valkey, ours)
    try:
        running.until(lambda: all(number for work, number in alive(valkey.client).items() if work in _WORK), within=60)
        yield running
    finally:
        for process in (*ours.values(), stand_in):
            process.stop()
        valkey.stop()
        file.unlink()
