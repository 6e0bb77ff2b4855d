"""Bulk jobs: what was frozen is done, each thing once, whatever dies in between; an abort stops the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import redis

from odevents.errors import ConfigError
from odevents.store.again import Again, Wish
from odevents.store.atomic import Steps
from odevents.store.audit import deeds
from odevents.store.bulk import MOST_HANDED, Bulk
from odevents.store.dead_letters import DeadLetter, steps_to_bury
from odevents.store.filters import DeadFilter, DeliveryFilter
from odevents.store.ids import new_id
from odevents.store.seal import Seals
from odevents.store.store import Store
from tests.faults.crashing import Crash, Fate, mortal
from tests.support.recorded import Recorded

NOW = 1_767_600_000.0
WISH = Wish("anna", NOW + 60, "the rule was wrong")


@pytest.fixture
def recorded(redis_client: redis.Redis, seals: Seals) -> Recorded:
    """An empty store."""
    return Recorded(redis_client, seals)


def bulk_of(client: redis.Redis, seals: Seals) -> Bulk:
    """Whoever does many things at once, by this connection."""
    store = Store(client, seals)
    return Bulk(store, Again(store, 60))


def received(recorded: Recorded, number: int, office: str = "southside") -> list[str]:
    """Deliveries that were understood and that nobody wanted."""
    return [recorded.understood(NOW - n, "updated", office=office) for n in reversed(range(number))]


def replays(recorded: Recorded, office: str = "southside") -> list[str]:
    """Which deliveries come again, in the order of the lane."""
    lane = [bytes(name).decode() for name in recorded.client.lrange(f"odevents:1:{office}:inbox", 0, -1)]  # type: ignore[arg-type]
    return [entry.replay_of for name in lane if (entry := recorded.store.inbox.entry(office, name))]


def bury(recorded: Recorded, code: str) -> str:
    """A row given up on; the letter's id."""
    letter = DeadLetter(new_id("dead", NOW), "row", "southside", "Appointment", "dlv_1", code, "words", NOW, row=0)
    steps = Steps()
    steps.commands += steps_to_bury(letter, b'{"AptNum": 3}', recorded.seals)
    recorded.commit(steps)
    return letter.id


def test_what_was_frozen_is_replayed_oldest_first_and_audited(recorded: Recorded) -> None:
    """What comes later is not part of it."""
    ids = received(recorded, 5)
    bulk = bulk_of(recorded.client, recorded.seals)
    ready = bulk.choose("replay", DeliveryFilter("southside", outcome="updated"), WISH)
    recorded.understood(NOW + 30, "updated")
    assert (ready.state, ready.number, replays(recorded)) == ("ready", 5, [])

    bulk.start(ready.id, WISH)
    done = bulk.work_on(ready.id, NOW + 61)

    assert (done.state, done.handed, done.left) == ("done", 5, 0)
    assert replays(recorded) == ids
    last, first = deeds(recorded.client, 2)
    assert (first.what, first.who, first.reason) == ("bulk-replay", "anna", "the rule was wrong")
    assert first.about == f"{ready.id}: 5 deliveries office=southside outcome=updated"
    assert last.what == "bulk-replay-done"


def test_a_job_that_dies_anywhere_goes_on_and_does_each_thing_once(recorded: Recorded, redis_url: str) -> None:
    """Every command is a place to die at, from the first that counts to the last that ends the job."""
    ids = received(recorded, 4)
    bulk = bulk_of(recorded.client, recorded.seals)
    deaths = 0
    for at in range(1, 200):
        _empty_lane(recorded)
        fate = Fate(at)
        doomed = bulk_of(mortal(redis_url, fate), recorded.seals)
        job = bulk.choose("replay", DeliveryFilter("southside", until=NOW + 1), WISH)
        bulk.start(job.id, WISH)
        try:
            doomed.work_on(job.id, NOW + 61)
        except Crash:
            deaths += 1
        _leases_run_out(recorded)
        done = bulk.work_on(job.id, NOW + 70)

        assert (done.state, done.handed) == ("done", 4), at
        assert Counter(replays(recorded)) == Counter(ids), at
        if not fate.dead:
            break
    assert deaths > 20


def test_an_office_gets_a_handful_at_a_time_and_an_abort_stops_the_rest(recorded: Recorded) -> None:
    """And the others are not held up by it."""
    received(recorded, MOST_HANDED + 20)
    received(recorded, 3, "lakewood")
    bulk = bulk_of(recorded.client, recorded.seals)
    job = bulk.start(bulk.choose("replay", DeliveryFilter(), WISH).id, WISH)

    bulk.work(NOW + 61)
    bulk.work(NOW + 62)
    assert len(replays(recorded)) == MOST_HANDED
    assert len(replays(recorded, "lakewood")) == 3
    aborted = bulk.abort(job.id, Wish("ben", NOW + 63, "enough"))
    bulk.work(NOW + 64)

    assert (aborted.state, aborted.left) == ("aborted", 20)
    assert len(replays(recorded)) == MOST_HANDED
    assert deeds(recorded.client, 1)[0].what == "bulk-abort"
    with pytest.raises(ConfigError, match="aborted already"):
        bulk.abort(job.id, WISH)


def test_dead_letters_are_requeued_or_dropped_by_filter(recorded: Recorded) -> None:
    """Those dealt with meanwhile are skipped."""
    for _ in range(3):
        bury(recorded, "bad-value")
    gone = bury(recorded, "bad-value")
    kept = bury(recorded, "missing-key")
    bulk = bulk_of(recorded.client, recorded.seals)
    requeue = bulk.choose("requeue", DeadFilter(code="bad-value"), WISH)
    letters = recorded.store.dead_letters
    Again(recorded.store, 60).drop(letters.page(DeadFilter(code="bad-value")).found[-1], WISH)
    assert gone

    bulk.start(requeue.id, WISH)
    done = bulk.work_on(requeue.id, NOW + 61)

    assert (done.number, done.handed, done.skipped) == (4, 3, 1)
    assert [letter.id for letter in letters.recent(9)] == [kept]
    drop = bulk.start(bulk.choose("drop", DeadFilter(), WISH).id, WISH)
    assert bulk.work_on(drop.id, NOW + 62).handed == 1
    assert letters.recent(9) == []


def test_deliveries_with_several_dead_letters_are_replayed_once(recorded: Recorded) -> None:
    """The letters choose, their deliveries are what is done."""
    for _ in range(3):
        bury(recorded, "bad-value")
    job = bulk_of(recorded.client, recorded.seals).choose("replay", DeadFilter(), WISH)

    assert job.number == 1


def test_a_letter_that_somebody_has_dealt_with_is_not_requeued_a_second_time(recorded: Recorded) -> None:
    """Two people read the same list; the second is told."""
    bury(recorded, "bad-value")
    [letter] = recorded.store.dead_letters.recent(1)
    again = Again(recorded.store, 60)
    again.requeue(letter, WISH)

    with pytest.raises(ConfigError, match="dealt with it meanwhile"):
        again.requeue(letter, WISH)
    assert recorded.store.inbox.depth("southside") == 1


def _empty_lane(recorded: Recorded) -> None:
    recorded.client.delete("odevents:1:southside:inbox", "odevents:1:lanes:inbox")


def _leases_run_out(recorded: Recorded) -> None:
    for pattern in ("odevents:1:bulk:lease:*", "odevents:1:*:again"):
        for name in _names(recorded, pattern):
            recorded.client.delete(name)


def _names(recorded: Recorded, pattern: str) -> Iterator[bytes]:
    return iter(list(recorded.client.scan_iter(pattern)))
