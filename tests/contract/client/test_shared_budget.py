"""One customer key, many processes, one rate. ``budget_over_a_minute.py`` is the long version."""

from __future__ import annotations

import threading
import time

import pytest
from redis import Redis

from odevents.client.budget import Priority, interval_of
from odevents.errors import BudgetSpent, StoreUnavailable
from odevents.store import keys
from odevents.store.budget import RedisBudget
from tests.contract.client.budget_race import arrivals, assert_shared_well


@pytest.fixture
def redis(redis_client: Redis) -> Redis:
    return redis_client


def test_three_processes_never_exceed_their_rate_and_use_it(redis: Redis, redis_url: str) -> None:
    assert_shared_well(arrivals(redis_url, "1/1s", processes=3, calls_each=3), "1/1s")


def test_a_slot_is_taken_when_it_is_free_and_not_before(redis: Redis) -> None:
    budgets = [RedisBudget(redis, "southside", "1/1s", Priority.reaction) for _ in range(3)]

    assert [budget.claim(60) for budget in budgets] == [0, *[pytest.approx(1.035, abs=0.1)] * 2]


def test_a_slot_too_far_away_is_not_waited_for(redis: Redis) -> None:
    budget = RedisBudget(redis, "southside", "1/5s", Priority.reaction)
    assert budget.claim(0) == 0

    with pytest.raises(BudgetSpent) as caught:
        budget.claim(1)
    assert caught.value.retry_in == pytest.approx(5.2, abs=0.1)


def wait_for_slot(budget: RedisBudget) -> None:
    while wait := budget.claim(60):
        time.sleep(wait)


def test_a_reaction_waits_for_one_slot_however_much_is_backfilled(redis: Redis) -> None:
    """Three backfills want every slot; a reaction that comes gets the next one, nearly always."""
    ended = threading.Event()

    def backfill() -> None:
        budget = RedisBudget(redis, "southside", "1/0.5s", Priority.backfill)
        while not ended.is_set():
            wait_for_slot(budget)

    others = [threading.Thread(target=backfill) for _ in range(3)]
    for other in others:
        other.start()
    reaction = RedisBudget(redis, "southside", "1/0.5s", Priority.reaction)
    begin = time.monotonic()
    for _ in range(5):
        wait_for_slot(reaction)
    taken = time.monotonic() - begin
    ended.set()
    for other in others:
        other.join()

    assert taken < 5 * interval_of("1/0.5s") + 1.1, "five slots, and two lost at the most; a quarter of them takes ten"


def test_a_pause_holds_for_everyone_and_even_without_a_limit(redis: Redis) -> None:
    RedisBudget(redis, "southside", "none").pause(30)

    with pytest.raises(BudgetSpent):
        RedisBudget(redis, "southside", "none", Priority.reaction).claim(10)
    assert RedisBudget(redis, "northside", "none").claim(10) == 0


def test_a_slot_left_far_ahead_by_a_wrong_clock_is_forgotten(redis: Redis) -> None:
    budget = RedisBudget(redis, "southside", "1/1s")
    budget.claim(0)
    redis.set(keys.budget("southside"), "9" * 16)

    assert budget.claim(0) == 0


def test_the_scripts_survive_a_server_that_forgot_them(redis: Redis) -> None:
    budget = RedisBudget(redis, "southside", "none")
    assert budget.claim(0) == 0
    redis.script_flush()

    assert budget.claim(0) == 0


def test_a_store_that_does_not_answer_is_named() -> None:
    with pytest.raises(StoreUnavailable):
        RedisBudget(Redis(port=1), "southside", "1/1s").claim(0)
