"""The load process, from the side of whoever measures."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from bench.environments import ROOT
from bench.load import Answered, Load


class Sender:
    """Runs loads in a process of their own, one after the other."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-bodies-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )

    def __enter__(self) -> Sender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)
        self._folder.cleanup()

    def keep(self, name: str, bodies: Sequence[bytes]) -> list[str]:
        """Write bodies to files that a load can name."""
        files = [Path(self._folder.name) / f"{name}-{number}.json" for number in range(len(bodies))]
        for file, body in zip(files, bodies, strict=True):
            file.write_bytes(body)
        return [str(file) for file in files]

    def send(self, load: Load) -> Answered:
        """Run one load to its end.

        :raises RuntimeError: the load process failed, as when a server closed a connection.
        """
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(msgspec.json.encode(load) + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the load process failed")
        return msgspec.json.decode(line, type=Answered)
