"""An office whose time stands still and whose polls are asked for, and an endpoint for its events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from odevents.simulator import Clock, Office, Simulator
from tests.contract.simulator.catcher import Catcher

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.fixture
def office() -> Office:
    return Office("southside", patients=20, zone="UTC", workstations=("SRV01", "FRONT1"))


@pytest.fixture
def sim(office: Office) -> Iterator[Simulator]:
    with Simulator([office], clock=Clock.still(START), poll=False) as simulator:
        yield simulator


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    with Catcher() as listening:
        yield listening
