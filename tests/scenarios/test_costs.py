"""What one delivery of 1000 rows costs, in exchanges with the server and calls of functions: counts, not times.

A ceiling is a tenth above what was counted when it was set. Whoever lowers a count lowers its ceiling; whoever must
raise one says why in docs/performance.md.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import datetime, timedelta
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis

from bench.api import Api
from bench.contenders import odevents_environment
from bench.rows import Row, changed, deliveries, delivery
from odevents.client.session import Session
from odevents.events.delivery import Delivery, EventType, glance_at
from odevents.runtime import Runtime, load_runtime
from odevents.store.accepting import Accepting
from odevents.store.atomic import Lease
from odevents.store.connection import connect_async
from odevents.store.ids import new_id

ROWS = 1000
OFFICE = "office-0"
APPOINTMENTS = EventType("Appointment", "WatchTable")

CALLS_TO_GLANCE = 25
EXCHANGES = {"new": 6, "changed": 7, "duplicate": 5}
CALLS_PER_ROW = {"new": 137, "changed": 181, "duplicate": 85}
"""Functions of Python and of C that a worker calls for one row of a delivery."""
EXCHANGES_TO_UNDERSTAND_ONE = 8
"""The look at the lane, six that only read, and the commit, which wakes the writer and lets the lane go."""
EXCHANGES_TO_CALL = 4
"""The look at the lane, the intent; and behind the call its record, and a look that finds nothing more."""


class Counting:
    """Counts what the thread does while it is entered.

    :ivar calls: functions of Python and of C that were called.
    :ivar exchanges: times that something was sent to the server.
    """

    def __init__(self) -> None:
        self.calls = self.exchanges = 0

    def __enter__(self) -> Counting:
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _count(self, frame: FrameType, event: str, _: Any) -> None:
        self.calls += event in ("call", "c_call")
        self.exchanges += event == "call" and frame.f_code.co_name == "send_packed_command"


@pytest.fixture
def runtime(redis_url: str, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A worker's, with three rules that want none of the rows."""
    redis_client.flushdb()
    for name, value in odevents_environment(redis_url).items():
        monkeypatch.setenv(name, value)
    return load_runtime()


def accept(runtime: Runtime, rows: list[Row]) -> dict[str, int]:
    """Accept a delivery; gives the server's count of commands by name."""
    body = delivery(rows)

    async def accepting() -> dict[str, int]:
        client = connect_async(runtime.redis_url)
        keeping = Accepting(client, runtime.seals)
        await keeping.accept(Delivery(new_id("dlv", 1.0), OFFICE, APPOINTMENTS, "SRV01", 1.0, body), 1)
        runtime.redis.config_resetstat()
        now = time.time()
        await keeping.accept(Delivery(new_id("dlv", now), OFFICE, APPOINTMENTS, "SRV01", now, body), len(rows))
        found = runtime.redis.info("commandstats")
        await keeping.close()
        await client.aclose()
        runtime.redis.lpop("odevents:1:office-0:inbox")
        return {name.removeprefix("cmdstat_"): each["calls"] for name, each in found.items()}

    return asyncio.run(accepting())


def understand(runtime: Runtime) -> Counting:
    """Understand the delivery that waits; gives what that took."""
    with Lease(runtime.redis, "lease", "test") as lease, Counting() as counting:
        entry = runtime.store.inbox.head(lease, OFFICE)
        assert entry
        runtime.pipeline.process(lease, entry)
    assert runtime.store.inbox.entry(OFFICE, entry.id).rows == ROWS  # type: ignore[union-attr]
    return counting


def test_a_delivery_is_accepted_in_one_exchange(runtime: Runtime) -> None:
    """One transaction of four writes, whatever the number of rows; the rows are counted without being built."""
    rows = deliveries(1, ROWS)[0]
    commands = accept(runtime, rows)
    body = delivery(rows)
    counted = []
    for _ in range(3):  # now and then the interpreter calls something of its own in between
        with Counting() as counting:
            assert glance_at(body).rows == ROWS
        counted.append(counting.calls)

    counted_once = {"multi", "hset", "rpush", "zadd", "set", "exec"}
    assert {name: times for name, times in commands.items() if name in counted_once} == dict.fromkeys(counted_once, 1)
    assert not commands.keys() & {"evalsha", "eval"}
    assert min(counted) <= CALLS_TO_GLANCE


def test_a_delivery_is_understood_in_few_exchanges_and_calls(runtime: Runtime) -> None:
    """All new, all changed, all the same again; the number of rows changes only the size of what is exchanged."""
    new = deliveries(1, ROWS)[0]
    moved = [changed(row) for row in new]
    accept(runtime, deliveries(1, ROWS, first=5001)[0])
    understand(runtime)  # what is loaded once, is loaded now

    for kind, rows in (("new", new), ("changed", moved), ("duplicate", moved)):
        accept(runtime, rows)
        counted = understand(runtime)
        print(f"{kind}: {counted.exchanges} exchanges, {counted.calls / ROWS:.0f} calls a row")
        assert counted.exchanges <= EXCHANGES[kind], kind
        assert counted.calls <= CALLS_PER_ROW[kind] * ROWS, kind


def test_a_reaction_takes_few_exchanges(
    redis_url: str, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One changed row that a rule wants, from the look at the inbox to the record of the call."""
    redis_client.flushdb()
    api = Api()
    for name, value in odevents_environment(redis_url, api=api.url).items():
        monkeypatch.setenv(name, value)
    runtime = load_runtime()
    runtime.store.ledger.mark_new()
    now, row = datetime.now(ZoneInfo("America/Los_Angeles")), deliveries(1, 1)[0][0]
    for second, status in enumerate(("Scheduled", "Broken", "Scheduled", "Broken")):  # by the last, all is loaded
        stamp = f"{now + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}"
        accept(runtime, [row | {"AptStatus": status, "DateTStamp": stamp}])
        with Counting() as understanding:
            runtime.pipeline.drain_inbox(OFFICE)
        with Counting() as calling:
            runtime.pipeline.drain_writes(OFFICE)
    session = runtime.pipeline.performing.senders(runtime.offices[OFFICE])
    assert isinstance(session, Session)
    session.close()
    api.shutdown()
    api.server_close()

    print(f"understood in {understanding.exchanges} exchanges, called in {calling.exchanges}")
    assert len(api.arrivals) == 2
    assert understanding.exchanges <= EXCHANGES_TO_UNDERSTAND_ONE
    assert calling.exchanges <= EXCHANGES_TO_CALL
