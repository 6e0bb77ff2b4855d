"""What a drill stands on: root, programs of Debian packages, namespaces that end with it, and what it has seen."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Missing(Exception):
    """Something the drill needs is not on this machine."""


def demand(packages: Mapping[str, str], *, root: bool = True) -> None:
    """Say which Debian packages are missing.

    :param packages: the package that each program is from.
    :raises Missing: a program is not there, or the drill is not run by root.
    """
    absent = sorted({package for program, package in packages.items() if not shutil.which(program)})
    if absent:
        raise Missing(f"this drill needs programs that are not here; on Debian: apt-get install {' '.join(absent)}")
    if root and os.geteuid():
        raise Missing("this drill makes namespaces and mounts; run it as root")


class Sight:
    """What was seen, line by line as it happens.

    :ivar failed: what should have been seen and was not.
    """

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.number = 0

    def seen(self, what: str, held: object, detail: object = "") -> None:
        """Note one thing."""
        self.number += 1
        if not held:
            self.failed.append(what)
        told = " ".join(str(detail).split())
        print(f"{'  ok  ' if held else 'FAILED'} {what}{f': {told[:300]}' if told else ''}", flush=True)

    def said(self, what: str) -> None:
        """Note something that is not judged."""
        print(f"       {what}", flush=True)

    def end(self) -> int:
        """The last line, and the status to leave with."""
        print(f"\n{self.number - len(self.failed)} of {self.number} seen as they should be")
        return 1 if self.failed else 0


class Space:
    """A program as the first process of namespaces of its own: processes, mounts, network. When it ends, all ends.

    :ivar process: what made the namespaces.
    :ivar depth: 2 where the program makes a space of its own, which is the one that matters.
    """

    def __init__(self, *command: str, log: Path, depth: int = 1, environment: Mapping[str, str] | None = None) -> None:
        ready = 'ip link set lo up && exec "$@"'
        self.log = log
        self.depth = depth
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--net", "--mount", "--ipc", "--fork",
                 "--kill-child=KILL", "--mount-proc", "sh", "-c", ready, "sh", *command],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=dict(environment or os.environ),
            )  # fmt: skip

    def first(self) -> int:
        """The first process in there, as a number outside."""
        outside = len(_numbers(self.process.pid))
        for pid in _below(self.process.pid):
            numbers = _numbers(pid)
            if numbers and numbers[-1] == 1 and len(numbers) == outside + self.depth:
                return pid
        raise Missing(f"nothing runs in there: {self.log.read_text(errors='replace')[-2000:]}")

    def into(self, *kinds: str) -> list[str]:
        """What a command begins with to run in there; all namespaces, if none is named."""
        return ["nsenter", "--target", str(self.first()), *(f"--{kind}" for kind in kinds or ("all",))]

    def end(self) -> None:
        """Everything in it ends, now; for whatever could not be stopped kindly."""
        self.process.kill()
        self.process.wait()


@contextmanager
def space(*command: str, log: Path, depth: int = 1, environment: Mapping[str, str] | None = None) -> Iterator[Space]:
    """A program in namespaces of its own, until the block ends."""
    made = Space(*command, log=log, depth=depth, environment=environment)
    try:
        yield made
    finally:
        made.end()


def run(
    *command: str,
    within: float = 120,
    check: bool = True,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run something; what it printed.

    :raises RuntimeError: it failed, and ``check``.
    """
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=within, errors="replace", check=False,
        env=dict(environment) if environment is not None else None,
    )  # fmt: skip
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)[-200:]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def wait(command: Sequence[str], wanted: str, within: float) -> str:
    """Run a command until what it prints has ``wanted`` in it, at most ``within`` seconds; what it printed last."""
    deadline = time.monotonic() + within
    while True:
        said = run(*command, check=False)
        if wanted in said or time.monotonic() > deadline:
            return said
        time.sleep(0.3)


def confined(status: str, uid: str | None = None) -> bool:
    """Whether ``/proc/PID/status`` tells of no capability within reach, no new privileges and filtered system calls.

    :param uid: and of this user; any but root, if left out.
    """
    fields = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if len(line.split()) > 1}
    within_reach = [fields.get(name, "?").strip("0") for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")]
    user = fields.get("Uid", "0")
    held = fields.get("NoNewPrivs") == "1" and fields.get("Seccomp") == "2" and not any(within_reach)
    return held and (user == uid if uid else user != "0")


def blocks(document: str) -> list[str]:
    """The commands of a page of ``docs/how-to``: its fenced blocks without a language."""
    text = (ROOT / "docs" / "how-to" / document).read_text()
    parts = text.split("```")
    return [part.removeprefix("\n") for part in parts[1::2] if part.startswith("\n")]


def block(document: str, having: str) -> str:
    """The one block of a page that has these words in it.

    :raises Missing: there is none, or more than one.
    """
    found = [text for text in blocks(document) if having in text]
    if len(found) != 1:
        raise Missing(f"{document} has {len(found)} blocks with {having!r} in them, not one")
    return found[0]


def swept(*names: str) -> None:
    """Remove the empty control groups of these names that programs left behind."""
    for name in names:
        for group in Path("/sys/fs/cgroup").glob(f"**/{name}"):
            for folder in (*sorted(group.glob("**/"), reverse=True), group):
                with suppress(OSError):
                    folder.rmdir()


def conducted(packages: Mapping[str, str], drill: Callable[[Path, Sight], None]) -> int:
    """Carry a drill out in a folder of its own; the status to leave with: 2, if something it needs is missing.

    :param packages: the package that each program it needs is from.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that it cleans up then, too
    try:
        demand(packages)
        with tempfile.TemporaryDirectory(prefix="odevents-drill-", ignore_cleanup_errors=True) as name:
            sight = Sight()
            drill(Path(name), sight)
            return sight.end()
    except Missing as told:
        print(told, file=sys.stderr)
        return 2


def _below(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _below(int(child))


def _numbers(pid: int) -> list[int]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return []
    return [int(number) for line in lines if line.startswith("NSpid:") for number in line.split()[1:]]
