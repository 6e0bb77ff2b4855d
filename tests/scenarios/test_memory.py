"""How much server memory a tracked row takes."""

from __future__ import annotations

import random

import redis

from odevents.cli.scenarios import SCENARIOS
from odevents.events.change import Snapshot
from odevents.store.atomic import Lease, Steps
from odevents.store.seal import Seals
from odevents.store.snapshots import Snapshots

ROWS = 100_000
MOST_BYTES = 200


def invented_appointment(number: int, chance: random.Random) -> dict[str, object]:
    """An appointment unlike its neighbours in everything that differs at a real office."""
    day = f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return {
        **SCENARIOS["appointment.created"].row,
        "AptNum": number,
        "PatNum": chance.randrange(1, 40_000),
        "AptStatus": chance.choice(["Scheduled", "Complete", "Broken", "UnschedList"]),
        "Pattern": "/" * chance.randrange(3) + "X" * chance.randrange(2, 12) + "/" * chance.randrange(3),
        "Confirmed": (status := chance.randrange(200, 208)),
        "confirmed": f"Status {status}",
        "Op": chance.randrange(1, 9),
        "Note": chance.choice(["", "", "", "Patient prefers mornings", "Call the day before"]),
        "ProvNum": (provider := chance.randrange(1, 12)),
        "provAbbr": f"DOC{provider}",
        "AptDateTime": f"{day} {chance.randrange(7, 18):02}:{chance.randrange(0, 60, 10):02}:00",
        "ProcDescript": chance.choice(["PerEx, Pro", "Ex, BW", "Seal, Seal", "Crn", "Comp", "SRP, SRP"]),
        "DateTStamp": f"{day} {chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}",
        "InsPlan1": chance.randrange(300),
        "SecDateTEntry": f"{day} {chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}",
    }


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
                rows = [invented_appointment(number, chance) for number in range(start, start + 1000)]
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
