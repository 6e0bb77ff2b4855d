"""72 simulated hours without an office's API, 100,000 rows. Takes several minutes; run by ``make faults``."""

from __future__ import annotations

import pytest

from odevents.store.seal import Seals
from tests.faults.outage import live_through


@pytest.mark.timeout(3600)
def test_72_hours_of_outage_and_100_000_rows(quick_server: str, seals: Seals) -> None:
    seen = live_through(quick_server, seals, hours=72, rows=100_000)

    print(seen)
    assert (seen.done, seen.doubled) == (100_000, 0)
    assert seen.efficiency >= 0.95
    assert seen.closest >= 1.0
    assert seen.tries_while_away > 10_000
    at_return, half_way, at_the_end = seen.memory
    assert half_way <= 1.25 * at_return, seen.memory
    assert at_the_end <= 1.05 * half_way, seen.memory
