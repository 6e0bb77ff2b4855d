"""The write lane: order per subject, and what is kept of each write."""

from __future__ import annotations

import pytest
import redis

from odevents.store import keys
from odevents.store.atomic import Lease, Steps
from odevents.store.lane_head import Head, HeadUnreadable
from odevents.store.ledger import Ledger, Result, State, Write
from odevents.store.seal import Seals

NOW = 1_767_600_000.0


def write(name: str, subject: str = "anna", created_at: float = NOW) -> Write:
    """A planned note."""
    return Write(f"wr_{name}", "southside", "rule", "note", subject, "dlv_1", "Appointment", {"text": name}, created_at)


class Lane:
    """A ledger whose steps are committed one by one."""

    def __init__(self, client: redis.Redis, seals: Seals) -> None:
        self.client = client
        self.ledger = Ledger(client, seals)

    def plan(self, *writes: Write) -> None:
        """Append writes."""
        steps = Steps()
        for one in writes:
            self.ledger.plan(steps, one)
        self._commit(steps)

    def settle(self, one: Write, result: Result, now: float = NOW) -> None:
        """Record how an attempt ended."""
        steps = Steps()
        self.ledger.settle(steps, one, result, now, 60)
        self._commit(steps)

    def pass_over(self, unreadable: HeadUnreadable, now: float) -> None:
        """Let the others go on."""
        steps = Steps()
        self.ledger.pass_over(steps, "southside", unreadable, now)
        self._commit(steps)

    def next(self, now: float = NOW) -> str:
        """Id of the write that is due, "" when none is."""
        found = self.look(self.ledger, now)
        return found.write.id if found else ""

    def look(self, ledger: Ledger, now: float) -> Head | None:
        """What a worker sees of the lane."""
        with Lease(self.client, "lease", "test") as lease:
            return ledger.next_due(lease, "southside", now)

    def _commit(self, steps: Steps) -> None:
        with Lease(self.client, "lease", "test") as lease:
            lease.commit(steps)


@pytest.fixture
def lane(redis_client: redis.Redis, seals: Seals) -> Lane:
    """An empty lane."""
    return Lane(redis_client, seals)


def test_an_entry_comes_back_as_it_was_put(lane: Lane) -> None:
    """All of it, its intent sealed in between."""
    planned = write("a")
    lane.plan(planned)

    assert lane.ledger.get("southside", "wr_a") == planned
    assert b"text" not in (lane.client.hget(keys.write("southside", "wr_a"), "intent") or b"")


def test_writes_about_one_subject_keep_their_order(lane: Lane) -> None:
    """The second is not looked at before the first has ended."""
    lane.plan(write("first"), write("second"))

    assert lane.next() == "wr_first"
    lane.settle(write("first"), Result(State.UNKNOWN, retry_at=NOW + 90))
    assert lane.next() == "", "parked, and the second behind it"
    assert lane.next(NOW + 90) == "wr_first"
    lane.settle(write("first"), Result(State.DONE), NOW + 91)
    assert lane.next(NOW + 91) == "wr_second"


def test_other_subjects_go_on_while_one_is_parked(lane: Lane) -> None:
    """A patient whose write must wait holds up nobody else."""
    lane.plan(write("a", "anna"), write("b", "bradley"))
    lane.settle(write("a", "anna"), Result(State.UNKNOWN, retry_at=NOW + 90))

    assert lane.next() == "wr_b"


def test_the_lane_says_when_it_wants_a_worker_next(lane: Lane) -> None:
    """So that the sweep looks only at lanes that are due."""
    lane.plan(write("a"))
    due = lane.client.zscore(keys.lanes("writes"), "southside")
    lane.settle(write("a"), Result(State.UNKNOWN, retry_at=NOW + 90))
    parked = lane.client.zscore(keys.lanes("writes"), "southside")
    lane.settle(write("a"), Result(State.DONE))

    assert (due, parked) == (NOW * 1000, (NOW + 90) * 1000)
    assert lane.client.zscore(keys.lanes("writes"), "southside") is None


def test_how_often_a_worker_took_it_up_is_counted_until_it_says_how_it_ended(lane: Lane) -> None:
    """So that a write that kills its worker is noticed."""
    lane.plan(write("a"))

    tries = []
    for _ in range(3):
        lane.next()
        tries.append(lane.ledger.get("southside", "wr_a").tries)  # type: ignore[union-attr]
    lane.settle(write("a"), Result(State.INTENDED, retry_at=NOW))

    assert tries == [1, 2, 3]
    assert lane.ledger.get("southside", "wr_a").tries == 0  # type: ignore[union-attr]


def test_a_write_that_cannot_be_opened_holds_up_nobody_else(lane: Lane) -> None:
    """Its sealing key was taken out too early: it waits until the key is back, and the others go on."""
    lane.plan(write("a", "anna"), write("b", "bradley", NOW + 1))
    without = Ledger(lane.client, Seals([b"another sealing key, of 32 bytes"], b"identity key of the tests 32 byt"))
    with pytest.raises(HeadUnreadable) as unreadable:
        lane.look(without, NOW + 1)
    lane.pass_over(unreadable.value, NOW + 1)

    assert lane.next(NOW + 1) == "wr_b"
    lane.settle(write("b", "bradley"), Result(State.DONE))
    assert lane.next(NOW + 60) == ""
    assert lane.next(NOW + 61) == "wr_a", "with the key back it is as it was"


def test_a_write_whose_entry_is_gone_leaves_its_lane(lane: Lane) -> None:
    """There is nothing left to do, and what waits behind it is next."""
    lane.plan(write("first"), write("second"))
    lane.client.delete(keys.write("southside", "wr_first"))
    with pytest.raises(HeadUnreadable) as unreadable:
        lane.next()
    lane.pass_over(unreadable.value, NOW)

    assert lane.next() == "wr_second"


def test_an_ended_write_is_remembered_for_a_while(lane: Lane) -> None:
    """So that the same effect is not made again."""
    lane.plan(write("a"))
    lane.settle(write("a"), Result(State.DONE, "read-back"))

    ended = lane.ledger.get("southside", "wr_a")
    assert ended is not None
    assert (ended.state, ended.reason) == (State.DONE, "read-back")
    assert 0 < lane.client.ttl(keys.write("southside", "wr_a")) <= 60
    assert lane.ledger.known("southside", ["wr_a", "wr_b"]) == {"wr_a"}
