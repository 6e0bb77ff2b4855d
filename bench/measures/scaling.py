"""From one office to thousands on one machine: what a delivery costs, what an idle office costs, and what grows.

Processor time is counted, not the clock: it is what another program on the same machine distorts least.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.installation import Fleet, fleet
from bench.line import Form, Line
from bench.rows import appointment, changed, delivery

_RULE = """
[[reactions]]
name = "nobody-wants"
on = "PatField"
commlog = "Changed"
"""
_IDLE_SECONDS = 8.0
_BEGAN = datetime(2027, 1, 1)  # noqa: DTZ001  office-local, after every stamp of the first round


@dataclass(frozen=True)
class Cost:
    """What an installation of so many offices costs.

    :ivar delivery: processor milliseconds of a delivery of one changed row, by process.
    :ivar idle: thousandths of a core while nothing comes, by process.
    :ivar memory: megabytes, by process.
    :ivar kept: bytes that the server holds for an office with one known row, one delivery and nothing waiting.
    """

    offices: int
    started: float
    delivery: dict[str, float]
    idle: dict[str, float]
    memory: dict[str, float]
    kept: float


def measure(form: Form) -> Iterator[Line]:
    """The lines of this measure."""
    costs = [_cost(offices) for offices in ((1, 100, 1000, 10_000) if form.full else (1, 1000))]
    one = sum(costs[0].delivery.values())
    for cost in costs:
        at, whole = f"{cost.offices:,} offices", sum(cost.delivery.values())
        yield Line("processor time a delivery of one row", at, [whole], unit="ms", values=cost.delivery)
        yield Line("the same over that of one office", at, [whole / one], goal=1.15, at_least=False)
        yield Line("cores while nothing comes", at, [sum(cost.idle.values()) / 1000], unit="cores", values=cost.idle)
        yield Line("memory of all processes", at, [sum(cost.memory.values())], unit="MB", values=cost.memory)
        yield Line("server memory an office, one row known", at, [cost.kept], unit="bytes")
        yield Line("all processes ready after", at, [cost.started], unit="s")


def _cost(offices: int) -> Cost:
    sent = max(2000, offices)
    began = time.monotonic()
    with fleet(offices, budget="1/1s", reactions=_RULE, answer_after=0.01) as running:
        started = time.monotonic() - began
        empty = _used(running)
        _send(running, offices, first=True)
        _settle(running)
        kept = (_used(running) - empty) / offices
        before = running.processor()
        _send(running, sent, first=False)
        _settle(running)
        after = running.processor()
        time.sleep(_IDLE_SECONDS)
        quiet, memory = running.processor(), running.memory()
    took = {name: 1000 * (after[name] - before[name]) / sent for name in after if name != "scheduler"}
    idle = {name: 1000 * (quiet[name] - after[name]) / _IDLE_SECONDS for name in quiet}
    return Cost(offices, started, took, idle, memory, kept)


def _used(running: Fleet) -> int:
    return int(running.valkey.client.info("memory")["used_memory"])


def _settle(running: Fleet) -> None:
    running.until(lambda: not running.waiting(), within=300)


def _send(running: Fleet, deliveries: int, *, first: bool) -> None:
    """So many deliveries of one row, the offices in turn; after the first round each row is a later one."""
    connection = running.connect()
    for number in range(deliveries):
        row = appointment(1, random.Random(number))
        stamp = _BEGAN + timedelta(seconds=number)
        body = delivery([row if first else changed(row) | {"DateTStamp": f"{stamp:%Y-%m-%d %H:%M:%S}"}])
        running.post(number % running.offices, body, connection)
