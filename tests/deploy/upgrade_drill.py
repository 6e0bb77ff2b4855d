"""Two versions at once, as during a deploy: nothing is lost and nothing is done twice.

``make upgrade-drill OLD=<commit>``: an older version's workers and scheduler beside today's receiver, then today's
workers beside the older receiver; under load, and the older processes are replaced by today's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.recording import REACTIONS
from tests.scenarios.test_rolling_restart import Sender
from tests.support.installation import Installation, installation, until

ROOT = Path(__file__).parent.parent.parent
SECONDS = 6.0


def main(old: str) -> int:
    """Both directions."""
    with checked_out(old) as folder:
        name = subprocess.run(
            ["git", "log", "-1", "--format=%h %s"], cwd=folder, capture_output=True, text=True, check=True
        )
        print(f"the older version: {name.stdout.strip()}")
        bad = [drill(folder, ("worker", "scheduler"), ("serve",)), drill(folder, ("serve",), ("worker", "scheduler"))]
    return 1 if any(bad) else 0


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The files of a commit in a folder of their own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "old"
        subprocess.run(["git", "worktree", "add", "-q", "--detach", folder, commit], cwd=ROOT, check=True)
        try:
            yield folder
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, check=True)


def drill(old: Path, from_old: tuple[str, ...], from_new: tuple[str, ...]) -> bool:
    """Run the two versions together, then replace the older processes by today's; say whether anything went wrong."""
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), reactions=REACTIONS) as running:
        with_code(running, old, from_old)
        running.start(*from_new)
        until(running.ready, what="the receiver's start")
        senders = [Sender(running, running.port, number) for number in range(1, 4)]
        for sender in senders:
            sender.start()
        time.sleep(SECONDS)
        if "serve" not in from_old:
            replace(running, from_old)
            time.sleep(SECONDS)
        for sender in senders:
            sender.stop()
        if "serve" in from_old:
            replace(running, from_old)
        until(running.idle, within=60, what="the end of all work")
        return told(running, senders, from_old)


def with_code(running: Installation, code: Path, commands: tuple[str, ...]) -> None:
    """Start these from another folder of code."""
    running.environment["PYTHONPATH"] = str(code)
    for command in commands:
        running.launch(command, "odevents.cli.main", command)
    del running.environment["PYTHONPATH"]


def replace(running: Installation, commands: tuple[str, ...]) -> None:
    """The older processes end, today's take over."""
    for command in commands:
        running.processes[command].terminate()
        running.processes[command].wait(timeout=60)
    running.start(*commands)


def told(running: Installation, senders: list[Sender], from_old: tuple[str, ...]) -> bool:
    """Print what happened."""
    answers = [answer for sender in senders for answer in sender.answers]
    lost = [answer for answer in answers if running.processed(answer).status != "processed"]
    wanted, made = 2 * sum(sender.changes for sender in senders), len(running.writes())
    failed = sum(len(sender.failed) for sender in senders)
    broken = running.logs().count("does not open") + running.logs().count("no key in the ring")
    print(
        f"older {', '.join(from_old)}: {len(answers)} deliveries answered 200, {failed} requests failed, {len(lost)}"
        f" not processed, {made} of {wanted} writes made, {broken} values that did not open"
    )
    return bool(lost or failed or broken or made != wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
