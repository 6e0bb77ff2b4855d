"""``odevents simulate`` as a process of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

SIMULATE = [sys.executable, "-c", "from odevents.cli.simulate import simulate; simulate()"]
PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"


def test_it_serves_until_it_is_told_to_stop_and_then_stops_cleanly() -> None:
    command = [*SIMULATE, "--port", "0", "--patients", "20", "--rate", "600/min"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip("\n") for _ in range(4)]
        url = lines[0].removeprefix("api\t")
        header = lines[1].split("\t")[-1].removeprefix("Authorization: ")
        answer = httpx.get(f"{url}/patients/1", headers={"Authorization": header, "Content-Type": "application/json"})
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)

    assert answer.json()["PatNum"] == 1
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_coverage_lists_what_the_page_says_is_missing() -> None:
    done = subprocess.run([*SIMULATE, "--coverage"], capture_output=True, text=True, timeout=60, check=True)

    missing = {f"{verb} {path}" for verb, path in re.findall(r"501\t(\w+)\t/(\S+)", done.stdout)}
    assert len(missing) == 1
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{method}`" in page for method in missing)
    assert "333 methods modelled, 1 not" in done.stderr
    assert "333 of the 334 methods" in page


@pytest.mark.parametrize("wrong", [["--faults", "throtle=refuse"], ["--rate", "20/fortnight"]])
def test_a_wrong_option_is_explained(wrong: list[str]) -> None:
    done = subprocess.run([*SIMULATE, *wrong], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "throtle" in done.stderr or "fortnight" in done.stderr


def test_a_port_that_is_taken_is_named_with_the_next_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*SIMULATE, "--port", port, "--patients", "0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert f"port {port} cannot be used" in done.stderr
    assert "--port 0" in done.stderr


def test_every_fault_is_on_the_page() -> None:
    from dataclasses import fields

    from odevents.simulator import Faults

    page = PAGE.read_text(encoding="utf-8")
    names = [field.name for field in fields(Faults) if field.name not in ("random", "_next")]
    assert [name for name in names if f"`{name}" not in page] == []
