"""How much server memory a tracked row takes."""

from __future__ import annotations

import random

import redis

from bench.rows import appointment
from odevents.events.change import Snapshot
from odevents.store.atomic import Lease, Steps
from odevents.store.seal import Seals
from odevents.store.snapshots import Snapshots

ROWS = 100_000
MOST_BYTES = 200


def test_a_tracked_appointment_takes_at_most_200_bytes_of_server_memory(
    redis_client: redis.Redis, seals: Seals
) -> None:
    """Measured as the growth of the server's memory for 100,000 different rows, overhead included."""
    chance = random.Random(7)
    snapshots = Snapshots(redis_client, seals)

    def remember(first: int, last: int) -> None:
        with Lease(redis_client, "lease", "test") as lease:
            for start in range(first, last, 1000):
                steps = Steps()
                rows = [appointment(number, chance) for number in range(start, start + 1000)]
                known = {str(row["AptNum"]): Snapshot(row, str(row["DateTStamp"])) for row in rows}
                snapshots.write(steps, "southside", "Appointment", known)
                lease.commit(steps)

    remember(0, 1000)  # what the server needs once, it has now
    before = int(redis_client.info("memory")["used_memory"])
    remember(1000, 1000 + ROWS)

    grown = (int(redis_client.info("memory")["used_memory"]) - before) / ROWS
    print(f"\n{grown:.0f} bytes of server memory per Appointment row")
    kept = snapshots.read("southside", "Appointment", ["999"])["999"].values
    assert kept is not None
    assert kept["AptNum"] == 999
    assert grown <= MOST_BYTES
