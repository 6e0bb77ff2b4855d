"""Subscriptions are renamed, moved, replaced and made anew while rows change all the time: every change arrives."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from odevents.simulator import Office, Simulator
from tests.contract.subscriptions.conftest import Opened

EDITS: list[list[dict[str, object]]] = [
    [{"name": "a", "watch": "Appointment"}],
    [{"name": "a", "watch": "Appointment", "workstation": "FRONT1"}],
    [{"name": "renamed", "watch": "Appointment", "poll_seconds": 9}],
    [{"name": "renamed", "watch": "Patient"}, {"name": "a", "watch": "Appointment"}],
    [{"name": "renamed", "watch": "Appointment"}, {"name": "a", "watch": "Patient"}],
    [{"name": "a", "watch": "Schedule"}, {"name": "b", "watch": "Appointment"}],
    [{"name": "a", "watch": "Appointment"}],
    [{"name": "a", "watch": "Appointment"}, {"name": "b", "watch": "Appointment", "workstation": "FRONT1"}],
    [{"name": "b", "watch": "Appointment", "workstation": "FRONT1"}],
]
"""What is declared, time after time; Appointment always is, at another place each time."""


@pytest.fixture
def clinic() -> Iterator[Simulator]:
    """An office whose events are all answered 200."""
    office = Office("southside", patients=150, workstations=("SRV01", "FRONT1"))
    with Simulator([office], poll=False, send=lambda *_: 200) as simulator:
        yield simulator


@contextmanager
def busy(clinic: Simulator) -> Iterator[list[int]]:
    """Appointments change and are polled all the time; gives those that were changed, each once."""
    office, changed, stop = clinic.office("southside"), list[int](), threading.Event()
    numbers = [row["AptNum"] for row in office.rows("appointment")]

    def live() -> None:
        while not stop.wait(0.004) and numbers:
            number = numbers.pop()
            office.change("appointment", number, Note=f"changed {number}")
            changed.append(number)
            if number % 3 == 0:
                clinic.poll_now()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield changed
    finally:
        stop.set()
        thread.join()
        clinic.poll_now()


def arrived(clinic: Simulator) -> set[int]:
    """The appointments that were sent and answered 200."""
    sent = clinic.office("southside").deliveries
    return {row.get("AptNum", 0) for delivery in sent for row in json.loads(delivery.body)}


def apply_all(opened: Opened, changed: list[int]) -> None:
    """Make each of the edits, with changes between them."""
    for declared in EDITS:
        before = len(changed)
        with opened(*declared) as subscriptions:
            plan = subscriptions.plan(subscriptions.read(), prune=True)
            assert not subscriptions.apply(plan, prune=True).failed
        while len(changed) < before + 5:
            threading.Event().wait(0.002)


def test_every_change_arrives(clinic: Simulator, opened: Opened) -> None:
    with opened(*EDITS[0]) as subscriptions:
        subscriptions.apply(subscriptions.plan(subscriptions.read()), prune=False)
    with busy(clinic) as changed:
        apply_all(opened, changed)
    assert len(changed) > 30
    assert set(changed) <= arrived(clinic)


def test_whoever_deletes_and_creates_instead_loses_some(clinic: Simulator, opened: Opened) -> None:
    """The control: with the same changes, the obvious way of doing it loses rows."""
    with opened(*EDITS[0]) as subscriptions:
        subscriptions.apply(subscriptions.plan(subscriptions.read()), prune=False)
        api = subscriptions.clients[0].subscriptions
        with busy(clinic) as changed:
            for number in range(6):
                before = len(changed)
                for found in list(api.find()):
                    api.delete(found.SubscriptionNum)
                clinic.clock.advance(2)
                url = f"https://hooks.example.org/apievents/southside/{number}"
                api.create(EndPointUrl=url, WatchTable="Appointment", PollingSeconds=1, Workstation="SRV01")
                while len(changed) < before + 5:
                    threading.Event().wait(0.002)
    assert set(changed) - arrived(clinic)
