"""Real processes on free ports: started, awaited, their processor time and memory read, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import redis

from odevents.store.embedded import EmbeddedServer

START_WITHIN = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def processor_seconds(pid: int) -> float:
    """User and system time of a process, and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def resident_bytes(pid: int) -> int:
    """Memory that a process occupies."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


class Running:
    """One process of a contender, its output in a file.

    :raises RuntimeError: it ended, or did not answer in time; the message ends with what it wrote.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, port: int = 0) -> None:
        self.port = port
        self._log = Path(tempfile.mkstemp(suffix=".log", prefix="bench-")[1])
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env={**os.environ, **environment}, cwd=folder, stdout=log, stderr=log
            )
        if port:
            self.await_answer()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def await_answer(self) -> None:
        """Wait until something answers HTTP on the port, whatever it says."""
        until = time.monotonic() + START_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{self.port}/", timeout=2).close()
            except HTTPError:
                return
            except (URLError, OSError):
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"{self._process.args!r} did not start: {self.said()[-2000:]}")

    def said(self) -> str:
        """What it wrote."""
        return self._log.read_text(errors="replace")

    def suspend(self) -> None:
        """Freeze it where it is."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it, kindly for ten seconds."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()
        self._log.unlink(missing_ok=True)


class Valkey:
    """The server that odevents embeds, with its settings: append-only file, fsync before every answer."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-valkey-"))
        self._server = EmbeddedServer(self.folder)
        self.url = self._server.url
        self.pid = self._server.pid
        self.client = redis.Redis.from_url(self.url)
        self.client.config_set("auto-aof-rewrite-percentage", 0)  # cells are short; the file is emptied between them

    def __enter__(self) -> Valkey:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def empty(self) -> None:
        """Forget everything, on disk too."""
        self.client.flushall()
        self.client.bgrewriteaof()
        while self.client.info("persistence")["aof_rewrite_in_progress"]:
            time.sleep(0.01)

    def stop(self) -> None:
        """End it and remove its folder."""
        self.client.close()
        self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
