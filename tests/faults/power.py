"""Power cuts and broken disks under a real server, without root: what cannot be had says why."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odevents.store.embedded import EmbeddedServer

SOURCE = Path(__file__).with_name("power_cut.c")


class PowerRecorder:
    """Knows which bytes of the server's files survive a power cut.

    :ivar missing: why there can be none here, ``""`` when there can.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = folder / "power_cut.so"
        folder.mkdir(parents=True, exist_ok=True)
        self.missing = self._build()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """A server started inside is recorded."""
        if self.missing:
            yield
            return
        EmbeddedServer.environment = {"LD_PRELOAD": str(self._library), "POWER_CUT_FOLDER": str(self._folder)}
        try:
            yield
        finally:
            EmbeddedServer.environment = {}

    def cut(self, server: EmbeddedServer, folder: Path) -> int:
        """Kill the server and take away what was never synced; say how many bytes that was."""
        kill_server(server)
        lost = 0
        for file in (folder / "appendonlydir").glob("*.aof"):
            record = self._folder / str(file.stat().st_ino)
            synced = int.from_bytes(record.read_bytes(), "little") if record.exists() else 0
            lost += file.stat().st_size - synced
            os.truncate(file, synced)
        return lost

    def _build(self) -> str:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            return "no C compiler to build the recorder of fsync with"
        built = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O2", "-o", str(self._library), str(SOURCE), "-ldl"],
            capture_output=True,
            text=True,
        )
        return "" if built.returncode == 0 else f"the recorder of fsync does not build: {built.stderr[:200]}"


def kill_server(server: EmbeddedServer) -> None:
    """Kill -9, and wait until it is gone."""
    os.kill(server.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.running():
        assert time.monotonic() < deadline, "the server does not die"
        time.sleep(0.005)


def why_no_disk_faults() -> str:
    """Why a disk error cannot be injected here, ``""`` when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    probe = subprocess.Popen(["sleep", "5"])
    tried = subprocess.Popen(["strace", "-p", str(probe.pid)], stderr=subprocess.PIPE)
    time.sleep(0.3)
    attached = tried.poll() is None
    for process in (tried, probe):
        process.kill()
        process.wait()
    return "" if attached else "strace may not attach to processes here"


def break_disk(server: EmbeddedServer, call: str, error: str, within: float = 10.0) -> bool:
    """Make every ``call`` of the server fail with ``error``; say whether that ended it, as it must."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-e", f"trace={call}", "-e", f"inject={call}:error={error}", "-p", str(server.pid)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + within
    while server.running() and time.monotonic() < deadline:
        time.sleep(0.02)
    died = not server.running()
    tracer.kill()
    tracer.wait()
    if not died:
        kill_server(server)
    return died
