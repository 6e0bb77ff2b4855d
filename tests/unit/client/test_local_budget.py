"""A budget for one process."""

from __future__ import annotations

import pytest

from odevents.client.budget import TIERS, LocalBudget, interval_of
from odevents.errors import BudgetSpent, ConfigError


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_slot_is_free_one_interval_after_the_last() -> None:
    clock = Clock()
    budget = LocalBudget("1/1s", clock=clock)

    assert budget.claim(10) == 0
    assert budget.claim(10) == pytest.approx(interval_of("1/1s"))
    clock.now += interval_of("1/1s")
    assert budget.claim(10) == 0


def test_time_unused_is_not_saved_up() -> None:
    clock = Clock()
    budget = LocalBudget("1/1s", clock=clock)
    clock.now += 60

    assert budget.claim(10) == 0
    assert budget.claim(10) > 0


def test_whoever_will_not_wait_is_told_when_to_come_back() -> None:
    budget = LocalBudget("1/5s", clock=Clock())
    budget.claim(0)

    with pytest.raises(BudgetSpent) as caught:
        budget.claim(1)
    assert caught.value.retry_in == pytest.approx(interval_of("1/5s"))


def test_a_pause_is_not_shortened_by_a_shorter_one() -> None:
    budget = LocalBudget("none", clock=Clock())
    assert budget.claim(0) == 0

    budget.pause(30)
    budget.pause(5)

    assert budget.claim(60) == pytest.approx(30)


def test_the_tiers_are_the_documented_ones() -> None:
    assert TIERS == {"1/5s": 5.0, "1/1s": 1.0, "1/0.5s": 0.5, "none": 0.0}
    with pytest.raises(ConfigError, match="1/2s"):
        interval_of("1/2s")


@pytest.mark.parametrize(("late", "until_the_next"), [(0.01, 1.0), (0.5, 1.5)])
def test_a_call_that_leaves_late_keeps_the_next_one_at_its_distance(late: float, until_the_next: float) -> None:
    clock = Clock()
    budget = LocalBudget("1/1s", clock=clock)
    budget.claim(0)
    clock.now += late
    budget.left(late)

    clock.now = 100.0 + until_the_next + 0.03
    assert budget.claim(10) > 0
    clock.now += 0.01
    assert budget.claim(10) == 0
