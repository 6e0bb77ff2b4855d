"""The store is wiped under real processes, somebody says so, and the office sends the window again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odevents.simulator import Office
from odevents.store import keys
from tests.support.command import run
from tests.support.installation import Installation, installation, until

BROKEN = """
[[subscriptions]]
name = "appointments"
watch = "Appointment"
poll_seconds = 1

[[reactions]]
name = "broken"
on = "Appointment"
changed = ["AptStatus"]
when = { AptStatus = "Broken" }
note = "Broken {{ today }}"
commlog = "Call to rebook, since {{ now }}"
"""
APPOINTMENTS = 12


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """An office that polls, and knows the receiver."""
    with installation(
        tmp_path,
        offices=[Office("southside", patients=40)],
        reactions=BROKEN,
        poll=True,
        ODEVENTS_QUARANTINE_SECONDS="3",
    ) as found:
        file = Path(found.environment["ODEVENTS_CONFIG"])
        file.write_text(f'public_url = "http://127.0.0.1:{found.port}"\n{file.read_text()}')
        found.start("serve", "worker", "scheduler")
        run(found, "subscriptions", "apply")
        yield found


def made(office: Office, appointments: list[int]) -> list[tuple[int, int]]:
    """For each appointment: how many notes, how many commlogs of its patient there are."""
    rows = [office.row("appointment", number) for number in appointments]
    return [
        (
            str(row["Note"]).count("[ode:"),
            sum("Call to rebook" in str(one["Note"]) for one in office.rows("commlog", PatNum=row["PatNum"])),
        )
        for row in rows
    ]


def test_what_a_wiped_store_had_acknowledged_is_done_once(running: Installation) -> None:
    office = running.clinic.office("southside")
    scheduled = office.rows("appointment", AptStatus="Scheduled")
    by_patient = {row["PatNum"]: int(row["AptNum"]) for row in scheduled}
    appointments = sorted(by_patient.values())[:APPOINTMENTS]
    done, lost = appointments[: APPOINTMENTS // 2], appointments[APPOINTMENTS // 2 :]
    for number in appointments:
        office.change("appointment", number, ProvNum=0, Priority="ASAP")
    known = keys.snapshots("southside", "Appointment")
    until(lambda: running.redis.hlen(known) >= len(appointments), what="the rows becoming known")
    for number in done:
        office.change("appointment", number, AptStatus="Broken")
    until(lambda: made(office, done) == [(1, 1)] * len(done), within=40, what="the reactions before the loss")

    run(running, "pause", "--reason", "so that nothing is done of what comes now")
    for number in lost:
        office.change("appointment", number, AptStatus="Broken")
    held = keys.writes("southside")
    until(lambda: running.redis.zcard(held) >= len(lost), what="the changes being acknowledged")
    running.redis.flushall()
    assert made(office, lost) == [(0, 0)] * len(lost), "acknowledged, and forgotten"

    run(running, "recover", "--since", "10m", "--reason", "the disk was replaced", "--yes")

    until(lambda: made(office, lost) == [(1, 1)] * len(lost), within=60, what="the reactions that were forgotten")
    until(running.idle, within=60, what="everything being looked at again")
    assert made(office, appointments) == [(1, 1)] * len(appointments)
