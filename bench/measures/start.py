"""How long people wait for the program to start, and what the time goes into."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.error import URLError
from urllib.request import urlopen

from bench.contenders import odevents_environment
from bench.environments import ROOT
from bench.line import Form, Line
from bench.measures.understand import until
from bench.processes import Running, Valkey, free_port

MAIN = [sys.executable, "-m", "odevents.cli.main"]


def measure(form: Form) -> Iterator[Line]:
    """Each some times over, from the start of the process."""
    rounds = min(form.rounds, 7)
    yield _line("--help", [_help() for _ in range(rounds)], "odevents.cli.main")
    with Valkey() as valkey:
        environment = odevents_environment(valkey.url)
        yield _line("web ready", [_web(environment) for _ in range(rounds)], "odevents.runtime, odevents.receiver.app")
        yield _line("worker ready", [_worker(valkey, environment) for _ in range(rounds)], "workers.process")
    yield _line("make demo, after install", [_demo() for _ in range(min(rounds, 3))], "odevents.runtime")


def _line(at: str, seconds: list[float], modules: str) -> Line:
    return Line("start", at, seconds, unit="s", note=f"imports: {dominating(modules)}")


def dominating(modules: str, most: int = 4) -> str:
    """The libraries whose import takes longest, with their share of all importing, by ``python -X importtime``."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {modules}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr
    spent: Counter[str] = Counter()
    for line in said.splitlines()[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        spent[name.strip().partition(".")[0]] += int(own)
    whole = spent.total()
    found = ", ".join(f"{name} {100 * own // whole} %" for name, own in spent.most_common(most))
    return f"{whole / 1e6:.2f} s: {found}"


def _help() -> float:
    began = time.perf_counter()
    subprocess.run([*MAIN, "--help"], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - began


def _web(environment: dict[str, str]) -> float:
    port, began = free_port(), time.perf_counter()
    web = Running([*MAIN, "serve"], environment | {"ODEVENTS_PORT": str(port)}, ROOT)
    return _until(web, began, lambda: _answers(f"http://127.0.0.1:{port}/readyz"))


def _worker(valkey: Valkey, environment: dict[str, str]) -> float:
    valkey.client.delete("rq:workers")
    began = time.perf_counter()
    worker = Running([sys.executable, "-m", "workers.process", "inbox"], environment, ROOT)
    return _until(worker, began, lambda: bool(valkey.client.exists("rq:workers")))


def _demo() -> float:
    with tempfile.TemporaryDirectory() as folder:  # beside a demo that may be running
        return _demo_in(folder)


def _demo_in(folder: str) -> float:
    began = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ODEVENTS_", "REDIS_URL"))}
    environment |= {"PYTHONUNBUFFERED": "1", "TMPDIR": folder}
    demo = Running([*MAIN, "demo", "--port", "0"], environment, ROOT)
    return _until(demo, began, lambda: "In another terminal" in demo.said())


def _until(process: Running, began: float, condition: Callable[[], bool]) -> float:
    with ExitStack() as stack:
        stack.callback(process.stop)
        until(condition, process)
        return time.perf_counter() - began


def _answers(url: str) -> bool:
    try:
        urlopen(url, timeout=2).close()
    except (URLError, OSError):
        return False
    return True
