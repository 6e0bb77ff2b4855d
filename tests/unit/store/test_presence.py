"""A process says that it is there, and is forgotten when it has said nothing for long."""

from __future__ import annotations

import time

import msgspec
import redis

from odevents.store import keys
from odevents.store.presence import Process, forget_gone, present, processes
from tests.support.installation import until


def test_a_process_is_listed_while_it_runs_and_not_after_it_left(redis_client: redis.Redis) -> None:
    with present(redis_client, "serve", "1.2.3"):
        [found] = until(lambda: processes(redis_client, time.time()))
        assert (found.kind, found.version) == ("serve", "1.2.3")
    assert processes(redis_client, time.time()) == []


def test_one_that_was_killed_is_shown_silent_and_then_forgotten(redis_client: redis.Redis) -> None:
    killed = Process("worker inbox", "host", 7, "1.2.3", started_at=100.0, seen_at=200.0)
    redis_client.hset(keys.PROCESSES, "worker inbox host 7", msgspec.json.encode(killed))
    forget_gone(redis_client, 200.0 + 3599)
    assert processes(redis_client, 200.0 + 3599) == [killed]
    forget_gone(redis_client, 200.0 + 3601)
    assert redis_client.hlen(keys.PROCESSES) == 0
