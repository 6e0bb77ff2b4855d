"""Two schedulers run, as processes: exactly one acts, and the other takes over when it is killed."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from tests.support.command import run
from tests.support.installation import Installation, installation, until


def sweeps(running: Installation, name: str) -> list[str]:
    """When a scheduler swept, to the second, as its log tells."""
    lines = (running.folder / f"{name}.log").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines if line.startswith("{")]
    return [line["timestamp"][:19] for line in said if line["event"] == "job ran" and line["process"] == "sweep"]


def test_each_job_is_done_once_and_by_the_other_after_kill_9(tmp_path: Path) -> None:
    """Never by both: the time of their sweeps does not overlap."""
    with installation(tmp_path) as running:
        for name in ("one", "two"):
            running.launch(name, "odevents.cli.main", "scheduler")
        until(lambda: sweeps(running, "one") or sweeps(running, "two"), what="a first sweep")
        acting, standby = ("one", "two") if sweeps(running, "one") else ("two", "one")
        until(lambda: len(sweeps(running, acting)) >= 3, what="three sweeps")
        assert sweeps(running, standby) == [], "the other stands by"

        os.kill(running.processes[acting].pid, signal.SIGKILL)
        killed = time.monotonic()
        until(lambda: sweeps(running, standby), what="the takeover")
        took = time.monotonic() - killed
        until(lambda: len(sweeps(running, standby)) >= 2, what="two sweeps of the other")

        before, after = sweeps(running, acting), sweeps(running, standby)
        assert before[-1] < after[0]
        assert len(set(before)) >= len(before) - 1, "once a second, whatever the clock's seconds fall on"
        assert took < 12
        print(f"\ntaken over after {took:.1f} s")

        listed = run(running, "scheduler", "--jobs", "--json")
        shown = {job["job"]: job for job in json.loads(listed.stdout)}
        assert {"sweep", "forget"} <= set(shown)
        assert shown["sweep"]["last error"] == ""
