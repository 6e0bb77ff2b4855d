"""Rows understood per second by one worker process, beside one RQ job per row, by both of RQ's workers.

Deliveries of 1000 rows wait while the worker is held; the clock runs from its release until its lane is empty.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.contenders import Contender, fastapi_rq, odevents
from bench.environments import PEERS, ROOT, python_of
from bench.line import Form, Line, ratios
from bench.load import Load
from bench.processes import Running, processor_seconds
from bench.rows import HEADERS, Row, changed, deliveries, delivery
from bench.sender import Sender

ROWS = 1000
RQ_ROWS = 1000
RQ_SECONDS = 1.5
OVER_SIMPLE, OVER_FORKING, DUPLICATES_OVER_CHANGED = 150, 500, 2.0
INBOX = "odevents:1:office-0:inbox"
JOBS = "rq:queue:rows"
MEASURE = "rows understood/s"


def measure(form: Form) -> Iterator[Line]:
    """All new, all changed, all duplicate; then the same rows as RQ jobs."""
    count = 100 if form.full else 25
    rates: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        sender = stack.enter_context(Sender())
        ours, rq = odevents(), fastapi_rq()
        for contender in (ours, rq):
            stack.callback(contender.stop)
        worker = our_worker(ours)
        for number in range(form.rounds):
            for kind, rows in lots(count, number).items():
                rate, microseconds = drained(ours, worker, sender, kind, rows)
                rates[kind].append(rate)
                spent[kind].append(microseconds)
            for name, options in RQ_WORKERS.items():
                rates[name].append(by_rq(rq, sender, options))
    values = {name: {"rows_per_second": median(found)} for name, found in rates.items()}
    for kind, found in spent.items():
        values[kind]["processor_us_per_row"] = median(found)
    at = f"all {{}}, {ROWS} a delivery"
    for name, goal in (("RQ SimpleWorker", OVER_SIMPLE), ("RQ Worker (forks)", OVER_FORKING)):
        over = ratios(rates["changed"], rates[name])
        yield Line(MEASURE, at.format("changed"), over, goal, against=f"job per row, {name}", values=values)
    yield Line(MEASURE, at.format("new"), ratios(rates["new"], rates["RQ SimpleWorker"]), against="RQ SimpleWorker")
    over_changed = ratios(rates["duplicate"], rates["changed"])
    yield Line(MEASURE, at.format("duplicate"), over_changed, DUPLICATES_OVER_CHANGED, against="all changed")


def lots(count: int, number: int) -> dict[str, list[list[Row]]]:
    """New rows, the same changed, the same again."""
    new = deliveries(count, ROWS, seed=number, first=1 + number * count * ROWS)
    moved = [[changed(row) for row in rows] for rows in new]
    return {"new": new, "changed": moved, "duplicate": moved}


def our_worker(contender: Contender) -> Running:
    """A worker for deliveries, ready."""
    worker = Running([sys.executable, "-m", "workers.process", "inbox"], contender.environment, ROOT)
    contender.others.append(worker)
    until(lambda: bool(contender.valkey.client.exists("rq:workers")), worker)
    time.sleep(0.3)
    return worker


def drained(
    contender: Contender, worker: Running, sender: Sender, name: str, rows: list[list[Row]]
) -> tuple[float, float]:
    """Rows a second, and processor time per row in microseconds, of worker and server."""
    client = contender.valkey.client
    os.kill(worker.pid, signal.SIGSTOP)
    send_each(sender, contender, name, [delivery(each) for each in rows])
    pids = (worker.pid, contender.valkey.pid)
    before, began = sum(map(processor_seconds, pids)), time.perf_counter()
    os.kill(worker.pid, signal.SIGCONT)
    until(lambda: not client.exists(INBOX), worker)
    took, number = time.perf_counter() - began, sum(map(len, rows))
    return number / took, (sum(map(processor_seconds, pids)) - before) / number * 1e6


def send_each(sender: Sender, contender: Contender, name: str, bodies: list[bytes]) -> None:
    """Post every body once."""
    for file in sender.keep(name, bodies):
        load = Load(
            port=contender.web.port, path=contender.path, headers=HEADERS, bodies=[file], connections=1, seconds=0
        )
        if sender.send(load).refused:
            raise RuntimeError(f"{contender.name} refused a delivery: {contender.web.said()[-2000:]}")


RQ_WORKERS = {"RQ SimpleWorker": "rq.SimpleWorker", "RQ Worker (forks)": "rq.Worker"}


def by_rq(contender: Contender, sender: Sender, worker_class: str) -> float:
    """Rows a second of an RQ worker with one job per row, after its start."""
    client = contender.valkey.client
    client.flushall()
    send_each(sender, contender, "rq", [delivery(deliveries(1, RQ_ROWS)[0])])
    rq = Path(python_of("fastapi_rq")).parent / "rq"
    environment = {"REDIS_URL": contender.valkey.url, "API": "", "PYTHONPATH": str(PEERS / "fastapi_rq")}
    options = ["--url", contender.valkey.url, "--serializer", "json", "--worker-class", worker_class, "--quiet"]
    worker = Running([str(rq), "worker", *options, "rows"], environment, ROOT)
    try:
        until(lambda: client.llen(JOBS) < RQ_ROWS - 10, worker)
        left, began = client.llen(JOBS), time.perf_counter()
        time.sleep(RQ_SECONDS)
        return float((left - client.llen(JOBS)) / (time.perf_counter() - began))
    finally:
        worker.stop()


def until(condition: Callable[[], bool], worker: Running, within: float = 120.0) -> None:
    """Wait for something that a worker does.

    :raises RuntimeError: it does not happen.
    """
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"a worker does not do its work: {worker.said()[-2000:]}")
        time.sleep(0.002)
