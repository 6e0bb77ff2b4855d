"""A look at a lane, and the step that ends it: the lease, the hint, the try and the slot in one exchange each."""

from __future__ import annotations

import pytest
import redis

from odevents.client.budget import Priority
from odevents.errors import LeaseLost
from odevents.queues import Hints, queue
from odevents.store import keys
from odevents.store.atomic import LEASE_MS, Lease, Steps
from odevents.store.budget import RedisBudget
from odevents.store.inbox import Inbox
from odevents.store.lane_head import May
from odevents.store.ledger import Ledger, Write
from odevents.store.pauses import Pause, Pauses, Scope
from odevents.store.seal import Seals

OFFICE = "southside"
NOW = 1_767_600_000.0


def lane_lease(client: redis.Redis, lane: keys.Lane = "inbox") -> Lease:
    """The lease of a lane, not taken yet."""
    return Lease.of_lane(client, OFFICE, lane, NOW)


def deliver(client: redis.Redis, seals: Seals, *names: str) -> Inbox:
    """An inbox in which these wait."""
    inbox, steps = Inbox(client, seals), Steps()
    for name in names:
        inbox.put(steps, OFFICE, name, "Appointment", b"[{}]", NOW)
    with Lease(client, "lease", "test") as lease:
        lease.commit(steps)
    return inbox


def plan(client: redis.Redis, seals: Seals, reaction: str = "rule", action: str = "note") -> Ledger:
    """A write lane in which one write is due."""
    ledger, steps = Ledger(client, seals), Steps()
    ledger.plan(steps, Write("wr_a", OFFICE, reaction, action, "anna", "dlv_1", "Appointment", {}, NOW))
    with Lease(client, "lease", "test") as lease:
        lease.commit(steps)
    return ledger


def tries(client: redis.Redis) -> int:
    """How often the write was tried."""
    return int(client.hget(keys.write(OFFICE, "wr_a"), "tries") or 0)


def test_the_first_look_takes_the_lane_and_answers_the_hint(redis_client: redis.Redis, seals: Seals) -> None:
    """What comes after it needs a new hint; a second look takes nothing, and leaves the new hint alone."""
    inbox = deliver(redis_client, seals, "dlv_1")
    redis_client.set(keys.hint(OFFICE, "inbox"), 1)
    lease = lane_lease(redis_client)

    first = inbox.head(lease, OFFICE)

    assert first
    assert (first.id, first.attempts) == ("dlv_1", 1)
    assert 0 < redis_client.pttl(keys.lease(OFFICE, "inbox")) <= LEASE_MS
    assert not redis_client.exists(keys.hint(OFFICE, "inbox"))
    redis_client.set(keys.hint(OFFICE, "inbox"), 1)
    second = inbox.head(lease, OFFICE)
    assert second
    assert second.attempts == 2
    assert redis_client.exists(keys.hint(OFFICE, "inbox"))
    lease.let_go()
    assert not redis_client.exists(keys.lease(OFFICE, "inbox"))


@pytest.mark.parametrize("held_before", [False, True])
def test_a_look_at_a_lane_in_other_hands_counts_no_try(
    held_before: bool, redis_client: redis.Redis, seals: Seals
) -> None:
    """Whether it was never ours, or was lost while we stood still."""
    ledger, lease = plan(redis_client, seals), lane_lease(redis_client, "writes")
    if held_before:
        assert ledger.next_due(lease, OFFICE, NOW)
    before = tries(redis_client)
    redis_client.set(keys.lease(OFFICE, "writes"), "another")

    with pytest.raises(LeaseLost):
        ledger.next_due(lease, OFFICE, NOW)

    assert (lease.held, tries(redis_client)) == (False, before)
    lease.let_go()
    assert redis_client.get(keys.lease(OFFICE, "writes")) == b"another"


def test_a_look_that_finds_nothing_lets_the_lane_go(redis_client: redis.Redis, seals: Seals) -> None:
    """Nothing can come in between: whoever puts something there finds a lane that is free."""
    inbox, writes = lane_lease(redis_client), lane_lease(redis_client, "writes")

    assert Inbox(redis_client, seals).head(inbox, OFFICE) is None
    assert Ledger(redis_client, seals).next_due(writes, OFFICE, NOW) is None

    assert (inbox.held, writes.held) == (False, False)
    assert not redis_client.exists(keys.lease(OFFICE, "inbox"), keys.lease(OFFICE, "writes"))


def test_the_body_that_came_with_a_look_is_that_of_its_delivery(redis_client: redis.Redis, seals: Seals) -> None:
    """It is not fetched again; another delivery's is."""
    inbox = deliver(redis_client, seals, "dlv_1")
    deliver(redis_client, seals, "dlv_2")
    redis_client.hset(keys.delivery(OFFICE, "dlv_2"), "rows", 2)
    with lane_lease(redis_client) as lease:
        inbox.head(lease, OFFICE)
        redis_client.hdel(keys.delivery(OFFICE, "dlv_1"), "body")
        assert inbox.body(OFFICE, "dlv_1") == b"[{}]"
        inbox.head(lease, OFFICE)
        assert inbox.body(OFFICE, "dlv_2") == b"[{}]"


def test_the_last_delivery_lets_the_lane_go_and_no_earlier_one(redis_client: redis.Redis, seals: Seals) -> None:
    deliver(redis_client, seals, "dlv_1", "dlv_2")
    with lane_lease(redis_client) as lease:
        held = []
        for _ in range(2):
            steps = Steps()
            steps.add("LPOP", keys.inbox(OFFICE))
            steps.let_go_after(OFFICE)
            lease.commit(steps)
            held.append((lease.held, redis_client.exists(keys.lease(OFFICE, "inbox"))))

    assert held == [(True, 1), (False, 0)]


@pytest.mark.parametrize("scope", [Scope(), Scope(OFFICE), Scope("", "rule"), Scope(OFFICE, "rule")])
def test_what_is_paused_is_not_tried_and_its_intent_is_not_recorded(
    scope: Scope, redis_client: redis.Redis, seals: Seals
) -> None:
    """Both are seen by the very script that would have counted or recorded it; other scopes are no matter."""
    ledger, pauses, lease = plan(redis_client, seals), Pauses(redis_client), lane_lease(redis_client, "writes")
    pauses.set(Scope("northside"), Pause("somebody", NOW, "not ours"))
    head = ledger.next_due(lease, OFFICE, NOW)
    assert head
    assert head.may is May.TRY
    pauses.set(scope, Pause("somebody", NOW, "the office asked"))

    steps = Steps()
    steps.add("SET", "recorded", 1)
    pauses.unless_held(steps, OFFICE, "rule")
    allowed = lease.commit(steps)
    again = ledger.next_due(lease, OFFICE, NOW)

    assert (allowed, redis_client.exists("recorded")) == (False, 0)
    assert again
    assert again.may is May.HOLD
    assert tries(redis_client) == 1


def test_a_turn_begins_with_its_slot_or_not_at_all(redis_client: redis.Redis, seals: Seals) -> None:
    """The slot is for the next call, which asks nobody; without one no try is counted."""
    ledger, lease = plan(redis_client, seals), lane_lease(redis_client, "writes")
    budget = RedisBudget(redis_client, OFFICE, "1/1s", Priority.reaction)

    first = ledger.next_due(lease, OFFICE, NOW, slots=budget)
    another = RedisBudget(redis_client, OFFICE, "1/1s", Priority.reaction).claim(60)
    second = ledger.next_due(lease, OFFICE, NOW, slots=budget)

    assert first
    assert first.may is May.TRY
    assert another == pytest.approx(1.035, abs=0.1), "it is taken for everybody"
    assert second
    assert second.may is May.WAIT
    assert tries(redis_client) == 1
    assert budget.ready_in() == pytest.approx(1.035, abs=0.1)


def test_the_slot_of_a_turn_is_used_once(redis_client: redis.Redis, seals: Seals) -> None:
    """A second call of the same turn takes a slot of its own."""
    ledger, lease = plan(redis_client, seals), lane_lease(redis_client, "writes")
    budget = RedisBudget(redis_client, OFFICE, "1/1s", Priority.reaction)
    ledger.next_due(lease, OFFICE, NOW, slots=budget)

    assert budget.claim(60) == 0
    assert budget.claim(60) == pytest.approx(1.035, abs=0.1)
    assert redis_client.hget(keys.STATS, f"calls|{OFFICE}") == b"1"


def test_a_handler_takes_the_slots_of_its_own_calls(redis_client: redis.Redis, seals: Seals) -> None:
    """It may make none."""
    ledger, lease = plan(redis_client, seals, action="handler"), lane_lease(redis_client, "writes")
    budget = RedisBudget(redis_client, OFFICE, "1/1s", Priority.reaction)

    head = ledger.next_due(lease, OFFICE, NOW, slots=budget)

    assert head
    assert head.may is May.TRY
    assert redis_client.hget(keys.STATS, f"calls|{OFFICE}") is None


def test_a_hint_given_with_a_step_is_given_once_until_somebody_looks(redis_client: redis.Redis, seals: Seals) -> None:
    """By the same flag as a hint that is given alone, and only if the step is taken."""
    hints, lease = Hints(redis_client), Lease(redis_client, "lease", "test")
    with lease:
        for _ in range(2):
            steps = Steps()
            hints.add(steps, OFFICE, "writes", NOW)
            lease.commit(steps)
        hints.give(OFFICE, "writes", NOW)
        assert queue(redis_client, "writes").count == 1

        Ledger(redis_client, seals).next_due(lane_lease(redis_client, "writes"), OFFICE, NOW)
        redis_client.set("lease", "another")
        with pytest.raises(LeaseLost):
            lease.commit(steps)

    assert queue(redis_client, "writes").count == 1
