"""One process that carries the write lanes of many offices: who gets a turn, and when."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from rq.serializers import JSONSerializer

from odevents import Change, Office
from odevents.client.budget import Priority
from odevents.client.call import Call
from odevents.events.tables import table_named
from odevents.office import OfficeAccess, Offices
from odevents.pipeline import Pipeline
from odevents.queues import GuardedJob, Hints, Work, queue
from odevents.reactions.performing import Performing
from odevents.reactions.registry import Reaction, Registry, kinds_of
from odevents.store import keys
from odevents.store.atomic import Lease, Steps
from odevents.store.budget import RedisBudget
from odevents.store.ledger import Write
from odevents.store.seal import Seals
from odevents.store.store import Store
from tests.support.installation import until
from workers.carrying import Carrier
from workers.process import LaneWorker

NOW = 1_767_600_000.0
UTC = ZoneInfo("UTC")
OFFICES = tuple(f"office-{number:02d}" for number in range(20))


def nothing(change: Change[Any], office: Office) -> None:
    """A handler."""


@dataclass
class Fleet:
    """Offices whose calls the test sees, and can hold up.

    :ivar on_call: what happens while a call is in flight.
    :ivar called: the office of each call, in order.
    """

    redis: redis.Redis
    seals: Seals
    on_call: Callable[[str], object] = lambda office: None
    ready_in: Callable[[str], float] = lambda office: 0.0
    called: list[str] = field(default_factory=list)
    carriers: list[Carrier] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(self.redis, self.seals)
        access = [OfficeAccess(name, (name,), "key", (), "none", UTC, "SRV01", "live") for name in OFFICES]
        self.offices = Offices({one.name: one for one in access})
        table = table_named("Appointment")
        self.registry = Registry([Reaction("custom", table, kinds_of(table, ["updated"]), {"handler": nothing})])

    def carrier(self, threads: int, work: Work = "writes", slots: RedisBudget | None = None) -> Carrier:
        """A worker's carrier."""
        senders: Callable[[OfficeAccess], Any] = lambda access: _Sender(self, access.name)  # noqa: E731
        performing = Performing(
            self.store, self.registry, senders, lambda: NOW, 90, 600, 60, slots=lambda access: slots
        )
        hints = Hints(self.redis)
        pipeline = Pipeline(self.store, self.offices, self.registry, performing, hints, lambda: NOW, 600)
        made = Carrier(pipeline, work, lambda office: self.ready_in(office), threads)
        self.carriers.append(made)
        return made

    def plan(self, office: str, number: int, action: str = "commlog", reaction: str = "rule") -> None:
        """Let so many writes, each of its own subject, be due at an office."""
        steps = Steps()
        intent = {"PatNum": 1, "Note": "text", "CommDateTime": "2026-01-05 08:00:00"}
        for n in range(number):
            write = Write(f"wr_{n}", office, reaction, action, f"s{n}", "dlv", "Appointment", intent, NOW - number + n)
            self.store.ledger.plan(steps, write)
        with Lease(self.redis, keys.lease(office, "writes"), "test") as lease:
            lease.commit(steps)

    def left(self) -> int:
        """Offices that still have writes to do."""
        return self.redis.zcard(keys.lanes("writes"))


@dataclass
class _Sender:
    fleet: Fleet
    office: str
    page_size: int = 100

    def send(self, call: Call) -> object:
        assert call.departing
        call.departing()
        self.fleet.called.append(self.office)
        self.fleet.on_call(self.office)
        return {"CommlogNum": 1}


@pytest.fixture
def fleet(redis_client: redis.Redis, seals: Seals) -> Iterator[Fleet]:
    """Twenty offices."""
    made = Fleet(redis_client, seals)
    yield made
    for carrier in made.carriers:
        carrier.stop()


def test_calls_of_many_offices_are_in_flight_at_once(fleet: Fleet) -> None:
    """Each waits until all of them have left; one after the other, they would wait in vain."""
    together = threading.Barrier(len(OFFICES))
    fleet.on_call = lambda office: together.wait(10)
    carrier = fleet.carrier(threads=len(OFFICES))
    for office in OFFICES:
        fleet.plan(office, 1)
        carrier.look_at(office)

    until(lambda: not fleet.left(), what="the end of all writes")

    assert sorted(fleet.called) == sorted(OFFICES)
    assert not together.broken


def test_with_more_lanes_than_threads_each_gets_its_turn_before_any_gets_its_second(fleet: Fleet) -> None:
    for office in OFFICES[:6]:
        fleet.plan(office, 3)
    carrier = fleet.carrier(threads=1)
    begun = threading.Event()
    fleet.on_call = lambda office: begun.wait(10)
    for office in OFFICES[:6]:
        carrier.look_at(office)
    begun.set()

    until(lambda: not fleet.left(), what="the end of all writes")

    assert [sorted(fleet.called[start : start + 6]) for start in (0, 6, 12)] == [list(OFFICES[:6])] * 3


def test_a_lane_that_waits_for_its_budget_holds_no_thread(fleet: Fleet) -> None:
    waiting, other = OFFICES[:2]
    budgets = {waiting: 3600.0, other: 0.0}
    fleet.ready_in = lambda office: budgets[office] if office in fleet.called else 0.0
    fleet.plan(waiting, 2)
    fleet.plan(other, 3)
    carrier = fleet.carrier(threads=1)
    carrier.look_at(waiting)
    carrier.look_at(other)

    until(lambda: fleet.called.count(other) == 3, what="the other's writes")

    assert fleet.called.count(waiting) == 1
    assert fleet.redis.exists(keys.lease(waiting, "writes")), "it is still in hand"


def test_slow_offices_leave_half_of_the_threads_to_the_others(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.carrying.SLOW", 0.0)  # whoever had a turn is slow: only newcomers are not
    slow, quick = OFFICES[:6], OFFICES[6:]
    for office in slow:
        fleet.plan(office, 2)
    for office in quick:
        fleet.plan(office, 1)
    never_answers = threading.Event()
    fleet.on_call = lambda office: fleet.called.count(office) < 2 or never_answers.wait(30)
    carrier = fleet.carrier(threads=4)
    for office in slow:
        carrier.look_at(office)
    until(lambda: sum(fleet.called.count(office) == 2 for office in slow) == 2, what="half of the threads held up")

    for office in quick:
        carrier.look_at(office)
    until(lambda: set(quick) <= set(fleet.called), what="the quick offices' turns")

    assert len(fleet.called) == 6 + 2 + len(quick), "the other slow ones wait"
    never_answers.set()
    until(lambda: not fleet.left(), what="the end of all writes")


def test_stopping_ends_the_call_in_hand_and_leaves_the_rest_to_others(fleet: Fleet) -> None:
    in_hand, answers = threading.Event(), threading.Event()

    def answer_later(office: str) -> None:
        in_hand.set()
        answers.wait(10)

    fleet.on_call = answer_later
    fleet.plan(OFFICES[0], 2)
    fleet.plan(OFFICES[1], 1)
    carrier = fleet.carrier(threads=1)
    carrier.look_at(OFFICES[0])
    carrier.look_at(OFFICES[1])
    assert in_hand.wait(10)

    stopping = threading.Thread(target=carrier.stop)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive(), "it waits for the answer"
    answers.set()
    stopping.join(10)

    assert fleet.called == [OFFICES[0]]
    assert not fleet.redis.exists(*(keys.lease(office, "writes") for office in OFFICES[:2]))
    hinted = {job.args[0] for job in queue(fleet.redis, "writes").jobs}
    assert hinted == set(OFFICES[:2]), "whoever is left is told at once"


def test_a_lane_without_a_slot_of_its_budget_waits_in_hand_and_no_try_is_counted(fleet: Fleet) -> None:
    """Its second write leaves when the office may be called again, and not before."""
    office = OFFICES[0]
    budget = RedisBudget(fleet.redis, office, "1/0.5s", Priority.reaction)
    carrier = fleet.carrier(threads=1, slots=budget)
    fleet.ready_in = lambda _: budget.ready_in()
    fleet.plan(office, 2)
    begun = time.monotonic()
    somebody = RedisBudget(fleet.redis, office, "1/0.5s", Priority.reaction)
    assert somebody.claim(0) == 0, "the office was called just now"
    carrier.look_at(office)
    until(lambda: fleet.redis.exists(keys.lease(office, "writes")), what="the first look")
    waiting = fleet.redis.hget(keys.write(office, "wr_0"), "tries")

    until(lambda: not fleet.left(), what="the end of both writes")

    assert waiting is None
    assert time.monotonic() - begun >= 2 * 0.5
    assert fleet.redis.hget(keys.STATS, f"calls|{office}") == b"3"


def test_a_hint_is_followed_by_its_id_and_what_is_kept_of_its_job_is_not_read(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where somebody wrote another call over it; the same call under a strange id is refused."""
    monkeypatch.chdir(tmp_path)
    office, jobs = OFFICES[0], queue(fleet.redis, "writes")
    fleet.plan(office, 1)
    Hints(fleet.redis).give(office, "writes", NOW)
    forged = GuardedJob.create("os.mkdir", ("forged",), connection=fleet.redis, serializer=JSONSerializer).to_dict()
    [name] = jobs.job_ids
    fleet.redis.hset(f"rq:job:{name}", mapping=forged)
    fleet.redis.hset("rq:job:strange", mapping=forged)
    fleet.redis.rpush(jobs.key, "strange")
    worker = LaneWorker([jobs], connection=fleet.redis, job_class=GuardedJob, serializer=JSONSerializer)
    worker.carrier = fleet.carrier(threads=1)

    def stop_when_done() -> None:
        until(lambda: not jobs.count and fleet.called, what="both to be taken")
        worker.request_stop(15, None)

    stopper = threading.Thread(target=stop_when_done)
    stopper.start()
    worker.work(logging_level="CRITICAL")
    stopper.join()

    assert fleet.called == [office]
    assert list(tmp_path.iterdir()) == []


def test_what_runs_a_handler_is_passed_on_to_the_workers_of_handlers(fleet: Fleet) -> None:
    office = OFFICES[0]
    fleet.plan(office, 1, action="handler", reaction="custom")
    fleet.carrier(threads=1).look_at(office)

    [job] = until(lambda: queue(fleet.redis, "handlers").jobs, what="the hint for the other kind of worker")

    assert (job.func_name, job.args) == ("workers.jobs.drain_handlers", [office])
    assert fleet.redis.hget(keys.write(office, "wr_0"), "tries") in (None, b"0"), "no try was counted"


def test_a_lane_that_another_worker_has_is_left_to_it(fleet: Fleet) -> None:
    office = OFFICES[0]
    fleet.plan(office, 1)
    with Lease(fleet.redis, keys.lease(office, "writes"), "another"):
        carrier = fleet.carrier(threads=1)
        carrier.look_at(office)
        carrier.stop()

    assert fleet.called == []
    assert fleet.left() == 1


def test_a_hint_that_comes_while_a_lane_is_in_hand_is_not_forgotten(fleet: Fleet) -> None:
    """What is planned while the last call is in flight is done without waiting for the sweep."""
    office = OFFICES[0]
    fleet.plan(office, 1)
    carrier = fleet.carrier(threads=1)

    def plan_more(name: str) -> None:
        if len(fleet.called) == 1:
            steps = Steps()
            intent = {"PatNum": 1, "Note": "more", "CommDateTime": "2026-01-05 08:00:00"}
            fleet.store.ledger.plan(
                steps, Write("wr_more", name, "rule", "commlog", "more", "dlv", "Appointment", intent, NOW)
            )
            for command in steps.commands:
                if command[0] != "REINDEX":
                    fleet.redis.execute_command(*command)  # type: ignore[no-untyped-call]
            carrier.look_at(name)

    fleet.on_call = plan_more
    carrier.look_at(office)

    until(lambda: len(fleet.called) == 2, what="the second write")
