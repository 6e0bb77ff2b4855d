"""RQ as an alarm clock: hints, and jobs that can be nothing but ours."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import redis
from rq import Queue
from rq.job import Callback, Job
from rq.serializers import JSONSerializer

from odevents.queues import QUEUES, ForgedJob, GuardedJob, Hints, queue
from odevents.store import keys
from odevents.store.atomic import Lease
from odevents.store.connection import connect_rq
from odevents.store.embedded import EmbeddedServer
from odevents.store.inbox import Inbox
from odevents.store.seal import Seals
from workers.jobs import drain_inbox
from workers.process import LaneWorker

ABORT = Callback("os.abort")
NOW = 1_767_600_000.0


def worker(client: redis.Redis) -> LaneWorker:
    """A worker of the inbox queue, in this process."""
    return LaneWorker([queue(client, "inbox")], connection=client, job_class=GuardedJob, serializer=JSONSerializer)


def work_off(client: redis.Redis) -> None:
    """Take every waiting job."""
    at_work = worker(client)
    waiting = Queue(QUEUES["inbox"], connection=client)
    stopper = threading.Thread(target=_stop_when_empty, args=(at_work, waiting))
    stopper.start()
    at_work.work(logging_level="CRITICAL")
    stopper.join()


def _stop_when_empty(at_work: LaneWorker, waiting: Queue) -> None:
    import time

    while waiting.count or at_work.get_current_job_id():
        time.sleep(0.05)
    time.sleep(0.1)
    at_work.request_stop(15, None)


def test_a_lane_is_hinted_once_until_a_worker_looks(redis_client: redis.Redis, seals: Seals) -> None:
    """However many deliveries arrive; and again for what comes after the look."""
    hints = Hints(redis_client)
    for _ in range(3):
        hints.give("southside", "inbox", NOW)
    assert queue(redis_client, "inbox").count == 1

    lease = Lease.of_lane(redis_client, "southside", "inbox", NOW)
    assert Inbox(redis_client, seals).head(lease, "southside") is None
    hints.give("southside", "inbox", NOW)
    assert queue(redis_client, "inbox").count == 2


def test_a_job_says_only_which_lane(redis_client: redis.Redis) -> None:
    """An office's name is its only argument, and all it shows."""
    Hints(redis_client).give("southside", "writes", NOW)
    job = queue(redis_client, "writes").jobs[0]

    assert (job.func_name, list(job.args), job.kwargs) == ("workers.jobs.drain_writes", ["southside"], {})
    assert job.description == "writes of southside"


def test_the_sweep_hints_what_has_work_due_and_nobody_on_it(redis_client: redis.Redis) -> None:
    """What RQ loses costs a second; what is not due, leased or hinted is left alone."""
    redis_client.zadd(keys.lanes("inbox"), {"idle": 0, "leased": 0, "hinted": 0})
    redis_client.zadd(keys.lanes("writes"), {"later": NOW * 1000 + 1, "due": NOW * 1000})
    redis_client.set(keys.lease("leased", "inbox"), "somebody")
    redis_client.set(keys.hint("hinted", "inbox"), 1)

    assert Hints(redis_client).sweep(NOW) == 2

    hinted = [job.args[0] for lane in QUEUES for job in queue(redis_client, lane).jobs]
    assert hinted == ["idle", "due"]
    assert Hints(redis_client).sweep(NOW) == 0


def test_the_sweep_does_not_pile_hints_on_workers_that_are_behind(redis_client: redis.Redis) -> None:
    """What waits in a long queue is hinted there already, though its flag has expired; what was lost waits a minute."""
    redis_client.zadd(keys.lanes("inbox"), {f"office-{number}": 0 for number in range(60)})
    hints = Hints(redis_client)
    assert hints.sweep(NOW) == 60
    for number in range(60):
        redis_client.delete(keys.hint(f"office-{number}", "inbox"))  # as time does

    assert [hints.sweep(NOW + seconds) for seconds in (1, 30, 59)] == [0, 0, 0]
    assert hints.sweep(NOW + 61) == 60


@pytest.mark.parametrize(
    ("function", "arguments", "more"),
    [
        ("os.system", ["touch forged"], {}),
        ("builtins.eval", ["open('forged', 'w')"], {}),
        ("os.mkdir", ["forged"], {}),
        ("workers.jobs.drain_inbox", ["nobodys"], {"on_success": ABORT, "on_failure": ABORT}),
    ],
)
def test_a_forged_job_is_not_run(
    redis_client: redis.Redis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    arguments: list[str],
    more: Any,
) -> None:
    """Whoever can write to Redis must not be able to run code here; the worker lives on."""
    monkeypatch.chdir(tmp_path)
    forger = Queue(QUEUES["inbox"], connection=redis_client, serializer=JSONSerializer)
    forger.enqueue(function, *arguments, **more)
    work_off(redis_client)

    assert list(tmp_path.iterdir()) == []
    assert forger.count == 0


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("workers.jobs.drain_inbox", ["../../etc"]),
        ("workers.jobs.drain_inbox", ["southside", "more"]),
        ("workers.jobs.drain_inbox", []),
        ("workers.process.run", ["inbox"]),
        ("workers.jobs.drain", ["southside"]),
    ],
)
def test_what_is_nearly_ours_is_forged_too(redis_client: redis.Redis, function: str, arguments: list[str]) -> None:
    """The control is the first line: what is ours is let through."""
    ours = GuardedJob.create("workers.jobs.drain_inbox", ["southside"], connection=redis_client)
    assert ours.func is drain_inbox

    with pytest.raises(ForgedJob):
        _ = GuardedJob.create(function, arguments, connection=redis_client).func


def test_the_forged_job_would_have_been_run(
    redis_client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with RQ's own job class the same job does run."""
    monkeypatch.chdir(tmp_path)
    Queue(QUEUES["inbox"], connection=redis_client, serializer=JSONSerializer).enqueue("os.mkdir", "forged")
    unguarded = LaneWorker(
        [Queue(QUEUES["inbox"], connection=redis_client, serializer=JSONSerializer)],
        connection=redis_client,
        job_class=Job,
        serializer=JSONSerializer,
    )
    stopper = threading.Thread(
        target=_stop_when_empty, args=(unguarded, Queue(QUEUES["inbox"], connection=redis_client))
    )
    stopper.start()
    unguarded.work(logging_level="CRITICAL")
    stopper.join()

    assert [file.name for file in tmp_path.iterdir()] == ["forged"]


def test_the_tools_of_rq_read_our_queues(redis_client: redis.Redis, redis_url: str) -> None:
    """``rq info`` shows what waits."""
    Hints(redis_client).give("southside", "inbox", NOW)
    told = subprocess.run(
        [sys.executable, "-m", "rq.cli", "info", "--url", redis_url, "--raw"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert "queue odevents-inbox 1" in told.stdout


def test_a_worker_stops_soon_although_its_server_is_down(tmp_path: Path) -> None:
    """RQ's own loop would go on trying until it is killed."""
    import time

    server = EmbeddedServer(tmp_path / "server")
    at_work = worker(connect_rq(server.url))
    asked: list[float] = []

    def stop_in_an_outage() -> None:
        while not at_work.last_heartbeat:
            time.sleep(0.05)
        server.stop()
        time.sleep(3)  # long enough for a few vain attempts
        asked.append(time.monotonic())
        at_work.request_stop(15, None)

    stopper = threading.Thread(target=stop_in_an_outage)
    stopper.start()
    at_work.work(logging_level="CRITICAL")
    ended = time.monotonic()
    stopper.join()

    assert asked, "it did not give up before it was told to stop"
    assert ended - asked[0] < 5
