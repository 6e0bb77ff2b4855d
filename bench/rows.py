"""Invented rows and deliveries: Appointment rows that differ from each other as a real office's do."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from odevents.cli.scenarios import SCENARIOS

Row = dict[str, Any]

CUSTOMER_KEY = "benchcustomerkey"
HEADERS = {
    "Authorization": CUSTOMER_KEY,
    "Content-Type": "application/json",
    "Event-Type": "WatchTable: Appointment",
    "Workstation": "SRV01",
}
"""Of a delivery of Appointment rows by the first office."""


def appointment(number: int, chance: random.Random) -> Row:
    """An appointment unlike its neighbours in everything that differs at a real office."""
    day = f"2025-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
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


def changed(row: Row) -> Row:
    """The same appointment a year later, moved by the office to another operatory and time."""
    moved = {"Op": row["Op"] % 8 + 1, "Pattern": row["Pattern"] + "/"}
    return {**row, **moved, "DateTStamp": row["DateTStamp"].replace("2025", "2026")}


def delivery(rows: list[Row]) -> bytes:
    """The body of a delivery of these rows."""
    return msgspec.json.encode(rows)


def deliveries(count: int, rows_each: int, seed: int = 7, first: int = 1) -> list[list[Row]]:
    """The rows of so many deliveries, no appointment twice."""
    chance = random.Random(seed)
    starts = range(first, first + count * rows_each, rows_each)
    return [[appointment(number, chance) for number in range(start, start + rows_each)] for start in starts]
