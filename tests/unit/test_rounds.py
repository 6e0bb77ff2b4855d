"""The rounds of a scheduler: quick jobs keep their pace, whatever slow or failing ones do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import redis

from odevents.errors import LeaseLost, StoreUnavailable
from odevents.store.job_runs import JobRuns
from tests.support.installation import until
from workers.rounds import Job, Rounds


def started(rounds: Rounds, stopping: threading.Event) -> threading.Thread:
    """The rounds, in a thread of their own."""
    thread = threading.Thread(target=rounds.go, args=(stopping,))
    thread.start()
    return thread


def test_a_slow_job_does_not_delay_a_quick_one(redis_client: redis.Redis) -> None:
    """It is not started again either while it runs."""
    quick: list[float] = []
    begun, release, stopping = [], threading.Event(), threading.Event()

    def crawl(now: float) -> None:
        begun.append(now)
        release.wait(20)

    jobs = [Job("crawl", 0.1, crawl, slow=True), Job("sweep", 0.2, quick.append)]
    thread = started(Rounds(jobs, lambda: None, JobRuns(redis_client), "one"), stopping)
    until(lambda: begun and len(quick) >= 5, what="five quick runs beside the slow one")
    assert len(begun) == 1
    release.set()
    until(lambda: len(begun) >= 2, what="the slow job's next run")
    stopping.set()
    thread.join(10)

    assert not thread.is_alive()


def test_a_job_that_fails_is_recorded_by_type_and_the_others_go_on(redis_client: redis.Redis) -> None:
    """The message is not kept: it may hold anything."""
    quick: list[float] = []
    stopping = threading.Event()

    def fail(_: float) -> None:
        raise KeyError("555-0123")

    jobs = [Job("bad", 0.1, fail), Job("good", 0.1, quick.append)]
    runs = JobRuns(redis_client)
    thread = started(Rounds(jobs, lambda: None, runs, "one"), stopping)
    until(lambda: len(quick) >= 3, what="three runs of the good job")
    stopping.set()
    thread.join(10)
    bad, good = runs.all()

    assert (bad.name, bad.error, bad.failed) == ("bad", "KeyError", True)
    assert (good.name, good.error, good.failed) == ("good", "", False)
    assert good.next_at == pytest.approx(good.last_at + 0.1)
    assert "555" not in str(redis_client.hgetall("odevents:1:jobs"))


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("error", [LeaseLost("taken over"), StoreUnavailable("down")])
def test_whoever_lost_the_lease_or_the_store_stops_acting(
    redis_client: redis.Redis, error: Exception, slow: bool
) -> None:
    """Another scheduler may act by now."""

    def lose(_: float) -> None:
        raise error

    rounds = Rounds([Job("any", 0.1, lose, slow=slow)], lambda: None, JobRuns(redis_client), "one")
    with pytest.raises(type(error)):
        rounds.go(threading.Event())


def test_what_ran_before_a_takeover_is_still_known_after_it(redis_client: redis.Redis) -> None:
    """The last error and when it was; the runs are counted anew."""
    runs = JobRuns(redis_client)

    def once(action: Callable[[float], object], token: str) -> None:
        stopping = threading.Event()

        def act(now: float) -> None:
            stopping.set()
            action(now)

        Rounds([Job("any", 60.0, act)], lambda: None, runs, token).go(stopping)

    once(lambda _: 1 // 0, "one")
    (failed,) = runs.all()
    before = time.time()
    once(lambda _: None, "two")
    (after,) = runs.all()

    assert (failed.error, failed.failed) == ("ZeroDivisionError", True)
    assert (after.error, after.failed, after.error_at) == ("ZeroDivisionError", False, failed.error_at)
    assert after.last_at >= before - 1
    assert (after.runs, after.scheduler) == (1, "two")
