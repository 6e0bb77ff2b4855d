"""``odevents demo`` and ``odevents up`` as a newcomer runs them: something to see soon, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from odevents.store import keys
from tests.support.command import run
from tests.support.installation import free_port, installation, until


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start ``odevents <arguments>`` with ``folder`` as its working and temporary folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "odevents.cli.main", *arguments],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def processes_in(folder: Path) -> set[int]:
    """Processes whose working folder, command or environment names ``folder``: ours, whoever their parent is now."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if str(folder).encode() in told:
                found.add(int(entry.name))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of its own; what still runs out of it afterwards is ended."""
    yield tmp_path
    for pid in processes_in(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


needs_proc = pytest.mark.skipif(not Path("/proc").exists(), reason="looking for left-over processes needs /proc")


@needs_proc
def test_the_demo_shows_a_reacted_event_soon_and_leaves_nothing_behind(folder: Path) -> None:
    """Within a minute of its start; and Ctrl-C ends every process and removes its data."""
    started = time.monotonic()
    demo = start(folder, "demo", "--port", "0", "--rate", "120")
    assert demo.stdout
    reacted = next(line for line in demo.stdout if "→" in line and "waiting" not in line)
    took = time.monotonic() - started
    running = processes_in(folder)
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=60)

    print(f"\nfirst reacted event after {took:.1f} s: {reacted.strip()}")
    assert took < 60
    assert len(running) >= 5, "demo, server, receiver, workers and scheduler were there"
    until(lambda: not processes_in(folder), what="the end of all processes")
    assert list(folder.iterdir()) == []


@needs_proc
def test_a_demo_that_is_stopped_while_it_starts_leaves_nothing_behind(folder: Path) -> None:
    """It just ends; whatever it was waiting for."""
    demo = start(folder, "demo", "--port", "0")
    until(lambda: list(folder.glob("odevents-demo-*/demo.json")), what="the start of its processes")
    demo.send_signal(signal.SIGINT)
    told, _ = demo.communicate(timeout=60)

    assert demo.returncode == 0
    assert "In another terminal" not in told, "it had not been up yet"
    until(lambda: not processes_in(folder), what="the end of all processes")
    assert list(folder.iterdir()) == []


CONFIGURATION = """
[offices.southside]
customer_key  = { env = "OD_KEY_SOUTHSIDE" }
developer_key = { env = "OD_DEVELOPER_KEY" }
base_url      = "http://127.0.0.1:1/api/v1"
time_zone     = "America/Los_Angeles"
"""


@needs_proc
def test_up_survives_kill_9_of_itself_with_everything_it_had_acknowledged(folder: Path) -> None:
    """Its children leave by themselves; the next one adopts or restarts the server, and has all deliveries."""
    (folder / "odevents.toml").write_text(CONFIGURATION)
    port = free_port()
    environment = {
        "ODEVENTS_PORT": str(port),
        "ODEVENTS_CONSOLE_PORT": "0",
        "OD_KEY_SOUTHSIDE": "customer-key-of-southside",
        "OD_DEVELOPER_KEY": "developer-key",
    }

    def ready() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        return False

    def post(number: int) -> int:
        headers = {"Authorization": "customer-key-of-southside", "Event-Type": "WatchTable: Appointment"}
        return httpx.post(f"http://127.0.0.1:{port}/apievents", json=[{"AptNum": number}], headers=headers).status_code

    def listed() -> list[str]:
        """As somebody asks in another terminal, who knows neither the keys nor the server that ``up`` made."""
        told = start(folder, "deliveries", "list", **environment).communicate(timeout=30)[0]
        return [line for line in told.splitlines() if "\tprocessed\t" in line]

    def ends(*command: str) -> int:
        process = start(folder, *command, **environment)
        process.communicate(timeout=30)
        return process.returncode

    first = start(folder, "up", **environment)
    until(ready, what="the start")
    assert post(1) == 200
    children = processes_in(folder) - {first.pid}
    first.kill()
    first.communicate(timeout=30)
    until(lambda: len(processes_in(folder) & children) <= 1, what="the children's leaving")  # the server may stay

    second = start(folder, "up", **environment)
    until(ready, what="the second start")
    assert post(2) == 200
    until(lambda: len(listed()) == 2, what="both deliveries being understood")
    assert ends("check") == 0
    assert ends("trigger", "appointment.broken") == 0
    assert ends("trigger", "unknown.table", "--to", f"http://127.0.0.1:{port}/no-such-path") == 1
    second.terminate()
    second.communicate(timeout=60)
    assert ends("check") == 0, "also while nothing runs"
    until(lambda: not processes_in(folder), what="the end of all processes")


def test_explain_says_when_there_is_nothing_to_explain(tmp_path: Path) -> None:
    """Of a delivery that waits, and of one that was given up; the control is one that was understood."""
    with installation(tmp_path, "serve") as running:

        def explained(delivery: str) -> str:
            return run(running, "reactions", "explain", delivery).stdout

        kept = running.post([{"AptNum": 1, "PatNum": 1}], path="/apievents/appointmentevent")
        damaged = running.post([{"AptNum": 2, "PatNum": 1}], path="/apievents/appointmentevent")
        running.redis.hset(keys.delivery("southside", damaged.text.split()[-1]), "body", b"damaged")
        waits = explained(kept.text.split()[-1])
        running.start("worker")
        running.processed(kept)
        dead = running.processed(damaged)

        assert "waits\tno worker has looked at it yet" in waits
        assert dead.status == "dead"
        assert re.search(r"given up: [a-z-]+\tsee `odevents dead list --of delivery`", explained(dead.id))
        assert "row 0: first-seen" in explained(kept.text.split()[-1])
