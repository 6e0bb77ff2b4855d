"""One customer key, many processes, one rate. ``budget_over_a_minute.py`` is the long version."""

from __future__ import annotations

import pytest
from budget_race import arrivals, assert_shared_well
from redis import Redis

from odevents.client.budget import Priority
from odevents.errors import BudgetSpent, StoreUnavailable
from odevents.store.budget import RedisBudget


@pytest.fixture
def redis(store_url: str) -> Redis:
    server: Redis = Redis.from_url(store_url)
    server.flushall()
    return server


def test_three_processes_never_exceed_their_rate_and_use_it(redis: Redis, store_url: str) -> None:
    assert_shared_well(arrivals(store_url, "1/1s", processes=3, calls_each=3), "1/1s")


def test_slots_are_handed_out_one_interval_apart(redis: Redis) -> None:
    budgets = [RedisBudget(redis, "southside", "1/1s", Priority.reaction) for _ in range(3)]

    waits = [budget.reserve(60) for budget in budgets]

    assert waits == pytest.approx([0, 1.04, 2.08], abs=0.1)


def test_a_slot_too_far_away_is_not_taken(redis: Redis) -> None:
    budget = RedisBudget(redis, "southside", "1/5s", Priority.reaction)
    budget.reserve(0)

    for _ in range(3):
        with pytest.raises(BudgetSpent) as caught:
            budget.reserve(1)
        assert caught.value.retry_in == pytest.approx(4.2, abs=0.1)


def test_reactions_go_before_people_and_people_before_backfill(redis: Redis) -> None:
    backfill, person, reaction = (
        RedisBudget(redis, "southside", "1/1s", priority)
        for priority in (Priority.backfill, Priority.interactive, Priority.reaction)
    )
    waits = [backfill.reserve(60), backfill.reserve(60)]
    with pytest.raises(BudgetSpent):
        backfill.reserve(60)
    waits += [person.reserve(60), person.reserve(60)]
    with pytest.raises(BudgetSpent):
        person.reserve(60)
    waits += [reaction.reserve(60) for _ in range(3)]

    assert waits == pytest.approx([n * 1.04 for n in range(7)], abs=0.1)


def test_a_pause_holds_for_everyone_and_even_without_a_limit(redis: Redis) -> None:
    RedisBudget(redis, "southside", "none").pause(30)

    with pytest.raises(BudgetSpent):
        RedisBudget(redis, "southside", "none", Priority.reaction).reserve(10)
    assert RedisBudget(redis, "northside", "none").reserve(10) == 0


def test_a_slot_left_far_ahead_by_a_wrong_clock_is_forgotten(redis: Redis) -> None:
    budget = RedisBudget(redis, "southside", "1/1s")
    budget.reserve(0)
    key = redis.keys("*budget*")[0]
    redis.set(key, "9" * 16)

    assert budget.reserve(0) == 0


def test_the_scripts_survive_a_server_that_forgot_them(redis: Redis) -> None:
    budget = RedisBudget(redis, "southside", "none")
    budget.reserve(0)
    redis.script_flush()

    assert budget.reserve(0) == 0


def test_a_store_that_does_not_answer_is_named() -> None:
    with pytest.raises(StoreUnavailable):
        RedisBudget(Redis(port=1), "southside", "1/1s").reserve(0)
