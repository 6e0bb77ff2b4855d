"""A whole installation in real processes: its own server, receiver, workers, scheduler, and a pretend office."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import redis
from pydantic import SecretStr

from odevents.office import OfficeAccess
from odevents.runtime import Runtime, checked_config
from odevents.settings import Settings
from odevents.simulator import DEVELOPER_KEY, Office, Simulator
from odevents.simulator.clock import Clock
from odevents.store.embedded import EmbeddedServer

T = TypeVar("T")

SEALING_KEY = "c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ="
IDENTITY_KEY = "aWRlbnRpdHkga2V5IG9mIHRoZSB0ZXN0cyAzMiBieXQ="

REACTIONS = """
[[reactions]]
name = "confirm-by-text"
on = "PatField"
when = { FieldName = "Text Confirm", FieldValue = "Yes" }
changed = ["FieldValue"]
appointment = "next"
confirm = "Confirmed"

[[reactions]]
name = "pattern-changed"
on = "Appointment"
changed = ["Pattern"]
confirm = { value = "Confirmed", from = ["Unconfirmed", "Not Called"] }
note = "Pattern changed {{ today }}"
commlog = { text = "Pattern of {{ AptDateTime }} changed", mode = "None", type = "ApptRelated" }

[[reactions]]
name = "confirmed-elsewhere"
on = "Appointment"
changed = ["Confirmed"]
commlog = "Status changed by a person"
"""


def until(condition: Callable[[], T], within: float = 20.0, what: str = "what was waited for") -> T:
    """Wait until ``condition`` gives something true, and give it back."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {within} s")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    """Processes of ours around a server and a pretend Open Dental.

    :ivar folder: where configuration, data and logs are.
    """

    def __init__(
        self,
        folder: Path,
        clinic: Simulator,
        reactions: str,
        *,
        mode: str,
        handlers: Sequence[str],
        settings: dict[str, str],
    ) -> None:
        self.folder = folder
        self.clinic = clinic
        self.server = EmbeddedServer(folder / "server")
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            "ODEVENTS_CONFIG": str(self._configuration(f"handlers = {json.dumps(handlers)}\n", reactions, mode)),
            "ODEVENTS_SEALING_KEYS": SEALING_KEY,
            "ODEVENTS_IDENTITY_KEY": IDENTITY_KEY,
            "ODEVENTS_PORT": str(self.port),
            "ODEVENTS_LOG_LEVEL": "debug",
            "ODEVENTS_TEST_DEVELOPER": DEVELOPER_KEY,
            "REDIS_URL": self.server.url,
            **{f"ODEVENTS_TEST_{name.upper()}": office.customer_key for name, office in clinic.offices.items()},
            **settings,
        }
        config = checked_config(Path(self.environment["ODEVENTS_CONFIG"]), self.environment).file
        given = Settings(
            redis_url=SecretStr(self.server.url),
            sealing_keys=(SecretStr(SEALING_KEY),),
            identity_key=SecretStr(IDENTITY_KEY),
        )
        os.environ |= {name: value for name, value in self.environment.items() if name.startswith("ODEVENTS_TEST_")}
        self.runtime = Runtime(given, config)
        self.redis = redis.Redis.from_url(self.server.url)
        self.runtime.store.ledger.mark_new()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)

    def start(self, *commands: str) -> None:
        """Start ``serve``, ``worker`` or ``scheduler`` and wait until the receiver is ready."""
        for command in commands:
            self.launch(command, "odevents.cli.main", command)
        if "serve" in commands:
            until(self.ready, what="the receiver's start")

    def launch(self, name: str, *module: str) -> None:
        """Start a Python module, with its arguments, as one of the processes."""
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**os.environ, **self.environment},
            stdout=log,
            stderr=log,
            cwd=self.folder,
        )
        log.close()

    def ready(self) -> bool:
        """Whether the receiver takes deliveries."""
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Stop everything, kindly."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=30)
        self.http.close()
        self.redis.close()
        self.runtime.store.redis.close()
        self.runtime.hints.close()
        if self.server.running():
            self.server.stop()

    def hang_up(self) -> None:
        """Make every process read its configuration again, now."""
        for process in self.processes.values():
            process.send_signal(signal.SIGHUP)

    def logs(self) -> str:
        """All that the processes wrote."""
        return "".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def post(
        self, body: bytes | Any, *, office: str = "southside", path: str = "/apievents", **headers: str
    ) -> httpx.Response:
        """Send a delivery as the office's machine would; header names are given with ``_`` for ``-``."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": self.clinic.office(office).customer_key, "Workstation": "SRV01"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(path, content=content, headers=sent)

    def processed(self, answer: httpx.Response) -> Any:
        """Wait until the delivery that was answered so has been understood; give back its entry."""
        assert answer.status_code == 200, answer.text
        delivery = answer.text.split()[-1]

        def entry() -> Any:
            found = self.runtime.store.inbox.entry(self.office_of(delivery), delivery)
            return found if found and found.status != "waiting" else None

        return until(entry, what=f"understanding {delivery}")

    def office_of(self, delivery: str) -> str:
        """The office that sent a delivery."""
        return self.runtime.store.inbox.office_of(delivery, list(self.runtime.offices)) or ""

    def idle(self) -> bool:
        """Whether nothing waits in any lane."""
        return not self.redis.exists("odevents:1:lanes:inbox", "odevents:1:lanes:writes")

    def writes(self, office: str = "southside") -> list[tuple[str, str]]:
        """Verb and path of every write that the pretend office took."""
        return [
            (call.verb, call.path.removeprefix("/api/v1"))
            for call in self.clinic.office(office).calls
            if call.verb != "GET" and call.status in (200, 201) and "subscriptions" not in call.path
        ]

    def access(self, office: str = "southside") -> OfficeAccess:
        """The office as configured."""
        return self.runtime.offices[office]

    def _configuration(self, handlers: str, reactions: str, mode: str) -> Path:
        offices = [
            f"""
[offices.{office.name}]
customer_key  = {{ env = "ODEVENTS_TEST_{office.name.upper()}" }}
developer_key = {{ env = "ODEVENTS_TEST_DEVELOPER" }}
base_url      = "{self.clinic.base_url}"
budget        = "none"
time_zone     = "{office.zone}"
mode          = "{mode}"
"""
            for office in self.clinic.offices.values()
        ]
        file = self.folder / "odevents.toml"
        file.write_text(handlers + "".join(offices) + reactions)
        return file


@contextmanager
def installation(
    folder: Path,
    *commands: str,
    offices: Sequence[Office] = (),
    reactions: str = REACTIONS,
    mode: str = "live",
    poll: bool = False,
    handlers: Sequence[str] = (),
    clock: Clock | None = None,
    **settings: str,
) -> Iterator[Installation]:
    """A running installation; the pretend office polls only when told to, unless ``poll``.

    :param handlers: modules of handlers that stand in ``folder``.
    :param clock: of the pretend office; real time, if left out.
    """
    clinic = Simulator(offices or [Office("southside", patients=30)], poll=poll, clock=clock)
    with clinic:
        running = Installation(folder, clinic, reactions, mode=mode, handlers=handlers, settings=settings)
        try:
            running.start(*commands)
            yield running
        finally:
            running.stop()
