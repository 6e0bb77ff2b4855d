"""Leases, and steps that take effect together."""

from __future__ import annotations

import time

import pytest
import redis

from odevents.errors import LeaseLost, StoreUnavailable
from odevents.store import keys
from odevents.store.atomic import LEASE_MS, Lease, Steps, in_store

KEY = keys.lease("southside", "writes")


def steps(*commands: tuple[str | int, ...]) -> Steps:
    """Steps of plain commands."""
    made = Steps()
    for command in commands:
        made.add(*command)
    return made


def test_only_one_has_a_lease(redis_client: redis.Redis) -> None:
    """The other is told, and may have it afterwards."""
    with Lease(redis_client, KEY, "one"), pytest.raises(LeaseLost), Lease(redis_client, KEY, "two"):
        pytest.fail("two have the lease")
    with Lease(redis_client, KEY, "two"):
        pass


def test_a_lease_is_renewed_while_it_is_held(redis_client: redis.Redis) -> None:
    """Long work does not lose the lane."""
    with Lease(redis_client, KEY, "one"):
        redis_client.pexpire(KEY, 2500)
        time.sleep(2.2)
        assert redis_client.pttl(KEY) > 3000
    assert LEASE_MS > 3000


def test_all_steps_take_effect_or_none(redis_client: redis.Redis) -> None:
    """A worker that lost its lease changes nothing."""
    with Lease(redis_client, KEY, "one") as lease:
        lease.commit(steps(("SET", "a", "1"), ("RPUSH", "b", "x", "y")))
        redis_client.set(KEY, "two")
        with pytest.raises(LeaseLost):
            lease.commit(steps(("SET", "a", "2"), ("DEL", "b")))

    assert (redis_client.get("a"), redis_client.lrange("b", 0, -1)) == (b"1", [b"x", b"y"])
    assert redis_client.get(KEY) == b"two", "the other's lease was not released"


def test_a_lane_is_indexed_by_when_it_wants_a_worker(redis_client: redis.Redis) -> None:
    """The earliest due subject counts; an empty lane leaves the index."""
    index, lane = keys.lanes("writes"), keys.writes("southside")
    with Lease(redis_client, KEY, "one") as lease:
        planned = steps(("ZADD", lane, 5000, "b"), ("ZADD", lane, 3000, "a"))
        planned.reindex("southside", "writes")
        lease.commit(planned)
        assert redis_client.zscore(index, "southside") == 3000

        emptied = steps(("DEL", lane))
        emptied.reindex("southside", "writes")
        lease.commit(emptied)
        assert redis_client.zscore(index, "southside") is None


def test_an_inbox_wants_a_worker_as_long_as_anything_waits(redis_client: redis.Redis) -> None:
    """Until its last delivery is taken off."""
    index, lane = keys.lanes("inbox"), keys.inbox("southside")
    with Lease(redis_client, KEY, "one") as lease:
        for command, score in ((("RPUSH", lane, "d"), 0), (("LPOP", lane), None)):
            changed = steps(command)
            changed.reindex("southside", "inbox")
            lease.commit(changed)
            assert redis_client.zscore(index, "southside") == score


def test_the_next_write_of_a_subject_is_due_when_its_head_is_finished(redis_client: redis.Redis) -> None:
    """And the subject leaves the lane with its last."""
    lane, queue = keys.writes("southside"), keys.subject("southside", "s")
    redis_client.rpush(queue, "first", "second")
    redis_client.zadd(lane, {"s": 1})
    with Lease(redis_client, KEY, "one") as lease:
        lease.commit(steps(("ADVANCE", lane, "s", queue, 70)))
        assert (redis_client.lrange(queue, 0, -1), redis_client.zscore(lane, "s")) == ([b"second"], 70)
        lease.commit(steps(("ADVANCE", lane, "s", queue, 90)))
        assert redis_client.zscore(lane, "s") is None


def test_a_failing_server_is_named_for_whoever_runs_it(redis_client: redis.Redis) -> None:
    """And its message never repeats what was sent."""
    redis_client.set("a", "no list")
    with Lease(redis_client, KEY, "one") as lease, pytest.raises(StoreUnavailable) as failed:
        lease.commit(steps(("RPUSH", "a", "secret")))

    assert "secret" not in str(failed.value)


def test_a_refusal_is_named_by_the_servers_code_and_not_by_its_words(redis_client: redis.Redis) -> None:
    """Whoever runs the store needs the code; the words may quote what was sent."""
    redis_client.set("odevents:1:test", "a text")

    with pytest.raises(StoreUnavailable, match=r"\(ResponseError WRONGTYPE\)$"):
        in_store(lambda: redis_client.lpush("odevents:1:test", "a value"))
