"""From the POST of one changed row to the moment the reaction's call reaches the API, on an idle system.

Beside it: FastAPI and an RQ job that makes the same call and nothing else, by both of RQ's workers.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from bench.api import Api
from bench.contenders import Contender, fastapi_rq, odevents
from bench.environments import PEERS, ROOT, python_of
from bench.line import Form, Line, ratios
from bench.measures.understand import RQ_WORKERS, until
from bench.processes import Running
from bench.rows import HEADERS, Row, appointment, delivery

GOAL = 1.5
PER_ROUND = 5
IDLE_SECONDS = 0.15
MEASURE = "POST to call, p50"

React = Callable[[int], float]
"""Makes the reaction for one row; the seconds it took."""


def measure(form: Form) -> Iterator[Line]:
    """All three in turn, a few rows each, in every round."""
    took: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        api = Api()
        stack.callback(api.shutdown)
        rows = [appointment(number, random.Random(number)) for number in range(1, form.rounds * PER_ROUND + 1)]
        reacting = {"odevents": _ours(stack, api, rows)}
        reacting |= {name: _by_rq(stack, api, rows, options) for name, options in RQ_WORKERS.items()}
        for number in range(form.rounds):
            for name, react in reacting.items():
                each = [react(number * PER_ROUND + turn) for turn in range(PER_ROUND)]
                took[name].append(median(each) * 1000)
    values = {name: {"p50_ms": median(found)} for name, found in took.items()}
    for name in RQ_WORKERS:
        over = ratios(took["odevents"], took[name])
        yield Line(MEASURE, "1 row, idle", over, GOAL, at_least=False, against=name, values=values)


def _ours(stack: ExitStack, api: Api, rows: list[Row]) -> React:
    contender = odevents(api=api.url)
    stack.callback(contender.stop)
    _begin_ledger(contender)
    worker = Running([sys.executable, "-m", "odevents.cli.main", "worker"], contender.environment, ROOT)
    contender.others.append(worker)
    now = datetime.now(ZoneInfo("America/Los_Angeles")).replace(tzinfo=None)
    stamped = [row | {"AptStatus": "Scheduled", "DateTStamp": f"{now:%Y-%m-%d %H:%M:%S}"} for row in rows]
    _post(contender, "/apievents", stamped)
    until(lambda: not contender.valkey.client.exists("odevents:1:office-0:inbox"), worker)

    def react(number: int) -> float:
        later = now + timedelta(seconds=5 + number)
        return _timed(contender, api, "/apievents", stamped[number] | _broken(later))

    return react


def _by_rq(stack: ExitStack, api: Api, rows: list[Row], worker_class: str) -> React:
    contender = fastapi_rq()
    stack.callback(contender.stop)
    rq = Path(python_of("fastapi_rq")).parent / "rq"
    environment = {"REDIS_URL": contender.valkey.url, "API": api.url, "PYTHONPATH": str(PEERS / "fastapi_rq")}
    options = ["--url", contender.valkey.url, "--serializer", "json", "--worker-class", worker_class, "--quiet"]
    worker = Running([str(rq), "worker", *options, "rows"], environment, ROOT)
    contender.others.append(worker)
    until(lambda: bool(contender.valkey.client.exists("rq:workers")), worker)
    return lambda number: _timed(contender, api, "/reaction", rows[number])


def _timed(contender: Contender, api: Api, path: str, row: Row) -> float:
    time.sleep(IDLE_SECONDS)
    before, began = len(api.arrivals), time.perf_counter()
    _post(contender, path, [row])
    return api.await_arrival(before) - began


def _post(contender: Contender, path: str, rows: list[Row]) -> None:
    request = Request(f"http://127.0.0.1:{contender.web.port}{path}", delivery(rows), HEADERS)
    urlopen(request, timeout=30).close()


def _broken(stamp: datetime) -> Row:
    return {"AptStatus": "Broken", "DateTStamp": f"{stamp:%Y-%m-%d %H:%M:%S}"}


def _begin_ledger(contender: Contender) -> None:
    """Say that the ledger has forgotten nothing, as a new installation does; else writes are read back first."""
    from odevents.runtime import load_runtime

    before = dict(os.environ)
    os.environ |= contender.environment
    try:
        load_runtime().store.ledger.mark_new()
    finally:
        os.environ.clear()
        os.environ.update(before)
