"""A short outage; ``make faults`` has the one of 72 hours with 100,000 rows."""

from __future__ import annotations

from odevents.store.seal import Seals
from tests.faults.outage import live_through


def test_an_outage_is_worked_off_at_the_budget_and_never_over_it(quick_server: str, seals: Seals) -> None:
    seen = live_through(quick_server, seals, hours=0.5, rows=400)

    assert (seen.done, seen.doubled) == (400, 0)
    assert seen.efficiency >= 0.95
    assert seen.closest >= 1.0
    assert seen.tries_while_away > 10, "the outage was felt"
