"""A day in the clinic: by rate, by seed, and a week of it in seconds."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odevents.simulator import Clock, Delivered, Office, Simulator
from odevents.simulator.simulator import WAKES_EVERY
from odevents.simulator.traffic import KINDS, Traffic
from tests.support.listening import until

ROOT = Path(__file__).parents[3]
MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
WATCHED = ("Appointment", "Patient", "PatField", "AppointmentDeleted")


def lived(seed: int, days: float, per_hour: float) -> list[Delivered]:
    office = Office("southside", patients=200, zone="UTC")
    sim = Simulator([office], seed=seed, clock=Clock.still(MONDAY), rate=per_hour / 60, poll=False, send=lambda *_: 200)
    for table in WATCHED:
        office.insert("apisubscription", EndPointUrl=f"http://127.0.0.1/{table}", WatchTable=table, PollingSeconds=60,
                      DateTimeStart="2026-03-02 07:00:00")  # fmt: skip
    office.insert("apisubscription", EndPointUrl="http://127.0.0.1/ui", UiEventType="PatientSelected")
    sim.pass_time(days=days, wake_every=60)
    sim.stop()
    return office.deliveries


def test_two_runs_with_one_seed_send_byte_identical_bodies_and_another_seed_does_not() -> None:
    first, again, other = (lived(seed, 0.5, 60) for seed in (5, 5, 6))
    assert len(first) > 250
    assert [d.body for d in first] == [d.body for d in again]
    assert [d.body for d in first] != [d.body for d in other]


_DIGEST = """
import hashlib
from tests.unit.simulator.test_clinic_day import lived
print(hashlib.sha256(b"".join(sent.body for sent in lived(5, 0.1, 60))).hexdigest())
"""


def test_another_process_with_other_hashes_sends_the_same_bytes() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, cwd=ROOT,
            capture_output=True, text=True, timeout=60, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1
    assert len(digests.pop()) == 65


def test_a_week_at_a_hundred_changes_an_hour_takes_under_twenty_seconds() -> None:
    # Of the processor's time, because other tests share the machine.
    began = time.process_time()
    sent = lived(1, 7, 100)
    took = time.process_time() - began

    assert took < 20
    assert len(sent) > 10_000
    assert {d.headers["Event-Type"].partition(": ")[2] for d in sent} == {*WATCHED, "PatientSelected"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_change_happens(kind: str) -> None:
    office = Office("southside", patients=60, zone="UTC")
    sim = Simulator([office], clock=Clock.still(datetime(2026, 3, 3, 16, tzinfo=UTC)), poll=False)
    traffic = Traffic(office, 1)
    office.insert("appointment", PatNum=1, AptStatus="Scheduled", AptDateTime="2026-03-03 10:00:00")
    tables = ("appointment", "patient", "patfield")
    before = {table: office.rows(table) for table in tables}

    assert traffic.one(kind) == kind
    changed = any(office.rows(table) != before[table] for table in tables)
    assert changed or office.take_selections()
    sim.stop()


def test_the_hours_of_a_clinic_bring_a_morning_rush_and_quiet_nights() -> None:
    office = Office("southside", patients=200, zone="UTC")
    sim = Simulator([office], clock=Clock.still(MONDAY), rate=2, hours="clinic", poll=False)
    by_hour: Counter[int] = Counter()
    for _ in range(24):
        before = sim.traffic["southside"].done
        sim.pass_time(hours=1, wake_every=60)
        by_hour[office.now().hour] += sim.traffic["southside"].done - before
    assert by_hour[9] > by_hour[15] > by_hour[3]
    assert by_hour[9] > 150
    sim.stop()


def test_only_a_clock_that_stands_still_can_be_moved_through() -> None:
    sim = Simulator([Office("southside")], poll=False)
    with pytest.raises(RuntimeError, match=r"Clock\.still"):
        sim.pass_time(seconds=1)
    sim.stop()


def test_left_alone_it_lives_its_day_and_sends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office("southside", patients=40, zone="UTC")
    sent: list[bytes] = []

    def send(_url: str, _headers: object, body: bytes) -> int:
        sent.append(body)
        return 200

    with Simulator([office], rate=3000, send=send, clock=Clock(MONDAY, speed=20)):
        for table in WATCHED:
            office.insert("apisubscription", EndPointUrl="http://127.0.0.1/", WatchTable=table, PollingSeconds=1,
                          DateTimeStart="2026-03-02 07:00:00")  # fmt: skip
        until(lambda: len(sent) >= 2, within=10 * WAKES_EVERY)
