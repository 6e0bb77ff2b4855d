"""Acknowledged deliveries per second, and how long one answer takes: one web process, by size and connections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from bench.contenders import FLOORS, PEER_CONTENDERS, Contender, NotInstalled, odevents
from bench.line import Form, Line, ratios
from bench.load import Answered, Load
from bench.processes import processor_seconds
from bench.rows import HEADERS, deliveries, delivery
from bench.sender import Sender

SIZES = (1, 100, 1000)
CONNECTIONS = (1, 16)
BODIES = 8
GOAL_OVER_F1 = {1: 1.0, 100: 1.0, 1000: 1.3}
GOAL_OVER_PEERS = 3.0
MEASURE = "deliveries/s"


@dataclass(frozen=True)
class Cell:
    """One contender under one load, once.

    :ivar processor_ms: user and system time of web process and server for one delivery.
    """

    answered: Answered
    processor_ms: float


Key = tuple[int, int, str]
"""Rows, connections, contender."""


def measure(form: Form) -> Iterator[Line]:
    """Closed loop: everybody, every size; then open loop at half of what f1 managed."""
    cells: dict[Key, list[Cell]] = defaultdict(list)
    with ExitStack() as stack:
        contenders, absent = start([odevents, *FLOORS, *PEER_CONTENDERS], stack)
        sender = stack.enter_context(Sender())
        files = {rows: sender.keep(f"{rows}", bodies_of(rows)) for rows in SIZES}
        for number in range(form.rounds):
            for rows in SIZES:
                for connections in CONNECTIONS:
                    for contender in rotated(_worth_it(form, contenders, rows * connections), number):
                        cell = run(sender, contender, files[rows], connections, form.seconds)
                        cells[rows, connections, contender.name].append(cell)
        yield from _closed_lines(cells, [contender.name for contender in contenders])
        yield from absent
        yield from _open_lines(form, sender, files, contenders[:3], cells)


def _worth_it(form: Form, contenders: Sequence[Contender], rows_in_flight: int) -> Sequence[Contender]:
    """Without the peers where one round of them takes ten seconds, in the short form."""
    return contenders if form.full or rows_in_flight < SIZES[-1] * CONNECTIONS[-1] else contenders[:3]


def start(factories: Sequence[Callable[[], Contender]], stack: ExitStack) -> tuple[list[Contender], list[Line]]:
    """Start contenders; a line for each that is not installed."""
    found, absent = [], []
    for factory in factories:
        try:
            contender = factory()
        except NotInstalled as error:
            absent.append(Line(MEASURE, factory.__name__, note=str(error)))
        else:
            stack.callback(contender.stop)
            found.append(contender)
    return found, absent


def bodies_of(rows: int) -> list[bytes]:
    """Different deliveries of one size."""
    return [delivery(found) for found in deliveries(BODIES, rows)]


def rotated(contenders: Sequence[Contender], number: int) -> list[Contender]:
    """Another one first in every round."""
    start_at = number % len(contenders)
    return [*contenders[start_at:], *contenders[:start_at]]


def run(
    sender: Sender, contender: Contender, files: list[str], connections: int, seconds: float, rate: float = 0.0
) -> Cell:
    """Put one load on one contender, and empty its server.

    :raises RuntimeError: it answered something else than 200.
    """
    pids = (contender.web.pid, contender.valkey.pid)
    before = sum(map(processor_seconds, pids))
    load = Load(
        port=contender.web.port,
        path=contender.path,
        headers=HEADERS,
        bodies=files,
        connections=connections,
        seconds=seconds,
        rate=rate,
        warm=seconds / 8,
    )
    answered = sender.send(load)
    if answered.refused:
        raise RuntimeError(f"{contender.name} refused {answered.refused} deliveries: {contender.web.said()[-2000:]}")
    spent = (sum(map(processor_seconds, pids)) - before) * 1000 * (seconds / (seconds + load.warm))
    contender.valkey.empty()
    return Cell(answered, spent / max(answered.count, 1))


def _closed_lines(cells: dict[Key, list[Cell]], names: Sequence[str]) -> Iterator[Line]:
    for rows in SIZES:
        for connections in CONNECTIONS:
            found = {name: cells[rows, connections, name] for name in names if cells[rows, connections, name]}
            rates = {name: [cell.answered.per_second for cell in each] for name, each in found.items()}
            at = f"{rows} row{'s' * (rows > 1)}, {connections} connection{'s' * (connections > 1)}"
            values = {name: _values(each) for name, each in found.items()}
            over_f1 = ratios(rates["odevents"], rates["f1"])
            yield Line(MEASURE, at, over_f1, GOAL_OVER_F1[rows], against="f1", values=values)
            peers = {name: median(each) for name, each in rates.items() if name not in ("odevents", "f0", "f1")}
            if not peers:
                continue
            best = max(peers, key=lambda name: peers[name])
            yield Line(
                MEASURE, at, ratios(rates["odevents"], rates[best]), GOAL_OVER_PEERS, against=f"best peer: {best}"
            )


def _open_lines(
    form: Form,
    sender: Sender,
    files: dict[int, list[str]],
    contenders: Sequence[Contender],
    closed: dict[Key, list[Cell]],
) -> Iterator[Line]:
    for rows in SIZES:
        rate = median(cell.answered.per_second for cell in closed[rows, 16, "f1"]) / 2
        cells: dict[str, list[Cell]] = defaultdict(list)
        for number in range(form.rounds):
            for contender in rotated(contenders, number):
                cells[contender.name].append(run(sender, contender, files[rows], 16, form.seconds, rate))
        at = f"{rows} row{'s' * (rows > 1)}, open loop at {rate:.0f}/s"
        p99 = {name: [cell.answered.p99 for cell in each] for name, each in cells.items()}
        values = {name: _values(each) for name, each in cells.items()}
        yield Line("ack p99", at, ratios(p99["odevents"], p99["f1"]), at_least=False, against="f1", values=values)


def _values(cells: Sequence[Cell]) -> dict[str, float]:
    return {
        "per_second": median(cell.answered.per_second for cell in cells),
        "p50_ms": median(cell.answered.p50 for cell in cells),
        "p99_ms": median(cell.answered.p99 for cell in cells),
        "processor_ms": median(cell.processor_ms for cell in cells),
        "unanswered": median(cell.answered.unanswered for cell in cells),
    }
