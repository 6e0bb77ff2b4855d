"""One office has a million rows waiting: are they drained steadily, in how much memory, and does anybody else notice?

Rates are rows per second of the processor's time, worker and server together: what else the machine does
hardly moves them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

from bench.installation import Fleet, fleet
from bench.line import Form, Line
from bench.rows import appointment, delivery
from odevents.store import keys

_NOBODY_WANTS = """
[[reactions]]
name = "broken"
on = "Appointment"
changed = ["AptStatus"]
commlog = "Status changed"
"""
_ROWS = 1000
_EACH = 0.1
"""Seconds between two deliveries of the other offices while the backlog is drained."""


def measure(form: Form) -> Iterator[Line]:
    """The lines of this measure."""
    yield from _backlog(1000 if form.full else 100)


def _backlog(deliveries: int) -> Iterator[Line]:
    with fleet(5, budget="1/1s", reactions=_NOBODY_WANTS, answer_after=0.2) as running:
        calm = _others(running, seconds=5)
        running.processes["inbox 2"].suspend()
        _pile_up(running, deliveries)
        running.processes["inbox 2"].resume()
        watched = _Watched(running)
        with ThreadPoolExecutor(1) as alone:
            busy = alone.submit(watched.others)
            watched.until_drained()
            acks, waits = busy.result()
    at = f"{deliveries * _ROWS:,} rows waiting"
    rates = watched.rates()
    tenth = max(len(rates) // 10, 1)
    first, last = sum(rates[:tenth]) / tenth, sum(rates[-tenth:]) / tenth
    note = f"rows a second of processor time by tenths {', '.join(f'{rate:,.0f}' for rate in watched.tenths())}"
    yield Line("rate at the end over rate at the beginning", at, [last / first], goal=0.85, note=note)
    growth = watched.memory[-1] / watched.memory[0]
    yield Line("memory of the worker, end over beginning", at, [growth], goal=1.1, at_least=False, note=watched.said())
    p99 = quantiles(acks, n=100)[98] / quantiles(calm[0], n=100)[98]
    yield Line("web p99 beside it over p99 before", at, [p99], values=_ms(acks=acks, calm=calm[0]))
    yield Line("longest wait of another office's row", at, [max(waits)], goal=2.0, at_least=False, unit="s")


def _ms(**seconds: list[float]) -> dict[str, float]:
    return {f"{name} {q} ms": 1000 * quantiles(s, n=100)[q - 1] for name, s in seconds.items() for q in (50, 99)}


def _pile_up(running: Fleet, deliveries: int) -> None:
    connection, chance = running.connect(), random.Random(5)
    for number in range(deliveries):
        running.post(0, delivery([appointment(number * _ROWS + n, chance) for n in range(_ROWS)]), connection)


def _others(running: Fleet, seconds: float) -> tuple[list[float], list[float]]:
    """The other offices send a row now and then, each awaited: how long answers and understanding took."""
    connection, chance, until = running.connect(), random.Random(9), time.monotonic() + seconds
    acks, waits, number = [], [], 0
    while time.monotonic() < until:
        number += 1
        office = 1 + number % (running.offices - 1)
        acks.append(running.post(office, delivery([appointment(number, chance)]), connection))
        begun, inbox = time.monotonic(), keys.inbox(f"office-{office}")
        running.until(lambda: not running.valkey.client.llen(inbox), within=60)  # noqa: B023
        waits.append(time.monotonic() - begun)
        time.sleep(_EACH)
    return acks, waits


class _Watched:
    """What was seen every half second while it was drained."""

    def __init__(self, running: Fleet) -> None:
        self._running = running
        self._left: list[tuple[float, int]] = []
        self._worker = ("inbox 2", "valkey")
        self.memory: list[float] = []
        self._drained = False

    def others(self) -> tuple[list[float], list[float]]:
        """What the other offices meet meanwhile."""
        acks: list[float] = []
        waits: list[float] = []
        while not self._drained:
            more = _others(self._running, seconds=1)
            acks += more[0]
            waits += more[1]
        return acks, waits

    def until_drained(self) -> None:
        """Watch."""
        inbox = keys.inbox("office-0")
        while left := self._running.valkey.client.llen(inbox):
            self._left.append((self._took(), left))
            self.memory.append(self._running.memory()["inbox 2"])
            time.sleep(0.5)
        self._left.append((self._took(), 0))
        self._drained = True

    def _took(self) -> float:
        processor = self._running.processor()
        return sum(processor[name] for name in self._worker)

    def rates(self) -> list[float]:
        """Rows a second of processor time, look by look."""
        pairs = zip(self._left, self._left[1:], strict=False)
        return [
            _ROWS * (before - after) / (until - since) for (since, before), (until, after) in pairs if until > since
        ]

    def tenths(self) -> list[float]:
        """The same, by tenths of the time."""
        rates = self.rates()
        size = max(len(rates) // 10, 1)
        return [sum(part) / len(part) for start in range(0, len(rates), size) if (part := rates[start : start + size])]

    def said(self) -> str:
        """The memory, for people."""
        return f"{self.memory[0]:.0f} MB, then {self.memory[-1]:.0f} MB, at the most {max(self.memory):.0f} MB"
