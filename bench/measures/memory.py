"""Server memory: of one tracked Appointment row, and of one delivery of 1000 rows that waits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack

from bench.contenders import odevents
from bench.line import Form, Line
from bench.measures.understand import send_each
from bench.processes import Valkey
from bench.rows import appointment, deliveries, delivery
from bench.sender import Sender
from odevents.events.change import Snapshot
from odevents.store.atomic import Lease, Steps
from odevents.store.seal import Seals
from odevents.store.snapshots import Snapshots

MOST_PER_ROW = 200
MOST_OF_BODY = 0.15
WAITING = 20
ROWS = 1000


def measure(form: Form) -> Iterator[Line]:
    """What the server says it uses, before and after; overhead of its own included. The same in every run."""
    yield _tracked(100_000 if form.full else 20_000)
    yield _waiting()


def _tracked(rows: int) -> Line:
    with Valkey() as valkey:
        snapshots = Snapshots(
            valkey.client, Seals([b"sealing key of the bench, 32 byt"], b"identity key of the bench 32 byt")
        )
        remember(valkey, snapshots, range(1, 1001))  # what the server needs once, it has now
        before = used(valkey)
        remember(valkey, snapshots, range(1001, 1001 + rows))
        grown = (used(valkey) - before) / rows
    return Line("server memory", "per tracked Appointment row", [grown], MOST_PER_ROW, at_least=False, unit="bytes")


def remember(valkey: Valkey, snapshots: Snapshots, numbers: range) -> None:
    """Keep the snapshots of so many different appointments of one office."""
    chance = random.Random(numbers.start)
    with Lease(valkey.client, "lease", "bench") as lease:
        for start in range(numbers.start, numbers.stop, ROWS):
            steps = Steps()
            rows = [appointment(number, chance) for number in range(start, min(start + ROWS, numbers.stop))]
            known = {str(row["AptNum"]): Snapshot(row, str(row["DateTStamp"])) for row in rows}
            snapshots.write(steps, "office-0", "Appointment", known)
            lease.commit(steps)


def _waiting() -> Line:
    bodies = [delivery(rows) for rows in deliveries(WAITING + 1, ROWS)]
    with ExitStack() as stack:
        contender, sender = odevents(), stack.enter_context(Sender())
        stack.callback(contender.stop)
        send_each(sender, contender, "first", bodies[:1])
        before = used(contender.valkey)
        send_each(sender, contender, "rest", bodies[1:])
        share = (used(contender.valkey) - before) / sum(map(len, bodies[1:]))
    at = f"per waiting delivery of {ROWS} rows"
    return Line("server memory", at, [share], MOST_OF_BODY, at_least=False, unit="× body")


def used(valkey: Valkey) -> int:
    """Bytes of data, without buffers of connections and of the append-only file."""
    memory = valkey.client.info("memory")
    return int(memory["used_memory_dataset"]) + int(memory["used_memory_overhead"]) - _buffers(memory)


def _buffers(memory: dict[str, int]) -> int:
    return sum(int(memory.get(name, 0)) for name in ("mem_clients_normal", "mem_aof_buffer", "mem_clients_slaves"))
