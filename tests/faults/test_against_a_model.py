"""Any order of changes, resends, crashes, pauses and troubles, held against a model that is three lines long."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from odevents.store.pauses import Pause, Scope
from odevents.store.seal import Seals
from tests.faults.crashing import OFFICE, QUARANTINE, Crash, Fate, World, registry_of_text, version
from tests.faults.history import REACTIONS

TROUBLES = ("", "refused", "no connection", "no budget", "dropped", "vanished", "late")
PAUSE = Pause("somebody", 0.0, "to see")


class Life(RuleBasedStateMachine):
    """What may happen to an installation, in any order.

    The model: every version of a row that was answered 200 has one note and one commlog in the end.
    """

    url: str
    seals: Seals
    quarantine = QUARANTINE

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.url, self.seals, registry_of_text(REACTIONS), self.quarantine)
        self.answered: list[list[dict[str, Any]]] = []
        self.poll({1}, again=0)

    @rule(rows=st.sets(st.integers(1, 4), min_size=1, max_size=3), again=st.integers(0, 5))
    def poll(self, rows: set[int], again: int) -> None:
        """These rows changed since the last poll; some old window may come again with them."""
        number = len(self.answered) + 1
        sent = [version(number, AptNum=row, ProcDescript=f"t{number:03d}r{row}") for row in sorted(rows)]
        self.answered.append(sent)
        self.world.receive(*self.answered[number - again - 1 : number - 1], sent)

    @rule(
        troubles=st.lists(st.sampled_from(TROUBLES), min_size=1, max_size=3),
        dies_at=st.integers(0, 160),
        seconds=st.sampled_from((0, 3, 50, 100)),
        paused=st.sampled_from((False, False, True)),
    )
    def work(self, troubles: list[str], dies_at: int, seconds: int, paused: bool) -> None:
        """A worker looks at the lanes some time later, meets troubles, may die; effects may be paused meanwhile."""
        self.world.now += seconds
        self.world.office.troubles = troubles
        if paused:
            self.world.store.pauses.set(Scope(), PAUSE)
        pipeline = self.world.process(Fate(dies_at))
        try:
            pipeline.drain_inbox(OFFICE)
            pipeline.drain_writes(OFFICE)
        except Crash:
            self.world.bury()
        self.world.store.pauses.lift(Scope(), PAUSE)

    def teardown(self) -> None:
        """In the end all is well."""
        self.world.office.troubles = []
        self.world.now += 8
        self.world.live(most=200)
        self.world.now += 100
        self.world.office.catch_up()
        expected = {row["ProcDescript"] for rows in self.answered for row in rows}
        for texts in ([self.world.office.note], [commlog["Note"] for commlog in self.world.office.commlogs]):
            found = Counter(token for text in texts for token in re.findall(r"did (\S+)", text))
            assert found == Counter(expected)


def test_no_order_of_misfortunes_loses_or_doubles_anything(quick_server: str, seals: Seals) -> None:
    _live_often(quick_server, seals, QUARANTINE, examples=60)


def test_the_model_notices_when_the_quarantine_is_shorter_than_the_office_is_late(
    quick_server: str, seals: Seals
) -> None:
    """The control: the office applies after 60 s what is read back after 5."""
    with pytest.raises(AssertionError):
        _live_often(quick_server, seals, 5.0, examples=60)


def _live_often(server: str, keys: Seals, seconds: float, examples: int) -> None:
    class LifeHere(Life):
        url, seals, quarantine = server, keys, seconds

    chosen = settings(
        max_examples=examples,
        stateful_step_count=12,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    run_state_machine_as_test(LifeHere, settings=chosen)
