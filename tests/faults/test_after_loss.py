"""The store is lost, somebody says so, and the window comes again: what was not done is done, what was done is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from odevents import Change, Office
from odevents.recovering import recover
from odevents.store import keys
from odevents.store.filters import DeliveryFilter
from odevents.store.seal import Seals
from tests.faults.crashing import LOCAL, OFFICE, World, registry_of_text
from tests.faults.test_promises import handled, letters

RULE = """
[[reactions]]
name = "broken"
on = "Appointment"
changed = ["AptStatus"]
when = { AptStatus = "Broken" }
note = "Broken {{ today }}, seen {{ now }}"
commlog = "Call to rebook, broken at {{ now }}"
"""


def at_the_office(world: World, minutes: float = 0, **values: Any) -> dict[str, Any]:
    """The appointment as Open Dental would send it: its note, and a change stamp so many minutes from now."""
    moment = datetime.fromtimestamp(world.now, LOCAL) + timedelta(minutes=minutes)
    return {**world.office.row, "Note": world.office.note, "DateTStamp": f"{moment:%Y-%m-%d %H:%M:%S}", **values}


def lose_everything(world: World, hours: float = 6.0) -> None:
    """The store is gone; somebody says since when it knows nothing."""
    world.redis.flushdb()
    say_so(world, hours)


def say_so(world: World, hours: float) -> None:
    access = world.process(world.office.fate).offices[OFFICE]
    recover(world.store, access, world.now - hours * 3600, world.now)


def broken_and_lost(world: World, steps: int) -> None:
    """A known appointment is broken, so many steps are taken because of it, and the store is lost."""
    world.receive([at_the_office(world, -60)])
    world.live()
    world.receive([at_the_office(world, -30, AptStatus="Broken")])
    pipeline = world.process(world.office.fate)
    if steps:
        pipeline.drain_inbox(OFFICE)
    for _ in range(steps - 1):
        pipeline.drain_writes(OFFICE)
        world.now = max(world.now, world.next_due()) + 0.001
    world.now += 5


def done(world: World) -> tuple[int, int]:
    return world.office.note.count("Broken"), len(world.office.commlogs)


@pytest.mark.parametrize("trouble", ["", "dropped", "vanished", "late"])
@pytest.mark.parametrize("marker", ["end", "text"])
def test_what_was_acknowledged_and_forgotten_is_reacted_to_once(
    marker: str, trouble: str, quick_server: str, seals: Seals
) -> None:
    for steps in range(6):
        world = World(quick_server, seals, registry_of_text(f'{RULE}marker = "{marker}"'))
        world.office.troubles = [trouble, trouble]
        broken_and_lost(world, steps)
        before = done(world)
        lose_everything(world)
        world.now += 100 if trouble == "late" else 1
        world.office.catch_up()
        moved = -30 if done(world) == (0, 0) else 0  # what was written moved the row's stamp
        world.receive([at_the_office(world, moved, AptStatus="Broken")])
        world.live()

        notes, commlogs = done(world)
        asked = {letter.code for letter in letters(world)}
        assert commlogs == 1, (steps, before)
        assert notes == 1 or (asked == {"cannot-be-read-back"} and notes == before[0]), (steps, before)


def test_the_control_nobody_says_that_the_store_was_lost(quick_server: str, seals: Seals) -> None:
    world = World(quick_server, seals, registry_of_text(RULE))
    broken_and_lost(world, 0)
    world.redis.flushdb()
    world.receive([at_the_office(world, -30, AptStatus="Broken")])
    world.live()

    assert done(world) == (0, 0)


def test_a_note_from_before_the_time_that_was_lost_answers_another_change(quick_server: str, seals: Seals) -> None:
    world = World(quick_server, seals, registry_of_text(RULE))
    broken_and_lost(world, 4)
    world.live()
    assert done(world) == (1, 1)
    world.now += 2 * 86400

    lose_everything(world)
    world.receive([at_the_office(world, -30, AptStatus="Broken")])
    world.live()

    assert done(world) == (2, 2)


def test_a_row_that_changed_before_the_time_that_was_lost_is_only_first_seen(quick_server: str, seals: Seals) -> None:
    world = World(quick_server, seals, registry_of_text(RULE))
    lose_everything(world, hours=1)
    earlier = at_the_office(world, -90, AptStatus="Broken")
    later = at_the_office(world, 6, AptStatus="Broken", AptNum=7)
    world.receive([earlier, later])
    world.live()

    assert done(world) == (0, 0)


@pytest.mark.parametrize(
    "rule", [RULE.replace('when = { AptStatus = "Broken" }\n', ""), f'{RULE}on_unknown = "manual"']
)
def test_where_the_row_does_not_show_it_or_somebody_wants_to_be_asked_a_person_decides(
    rule: str, quick_server: str, seals: Seals
) -> None:
    world = World(quick_server, seals, registry_of_text(rule))
    lose_everything(world)
    world.receive([at_the_office(world, -30, AptStatus="Broken")])
    world.live()

    assert done(world) == (0, 0)
    assert [letter.code for letter in letters(world)] == ["may-have-changed"] * 2


def test_a_text_that_needs_what_the_row_held_before_is_put_aside(quick_server: str, seals: Seals) -> None:
    world = World(quick_server, seals, registry_of_text(RULE.replace("Broken {{", "Was {{ old.AptStatus }}, {{")))
    lose_everything(world)
    world.receive([at_the_office(world, -30, AptStatus="Broken")])
    world.live()

    assert {letter.code for letter in letters(world)} == {"text-invalid"}
    [entry] = world.store.records.deliveries(DeliveryFilter(outcome="wanted")).found
    assert set(entry.stopped.values()) == {"text-invalid"}


def test_a_row_created_in_the_time_that_was_lost_is_created(quick_server: str, seals: Seals) -> None:
    rule = RULE.replace('changed = ["AptStatus"]', 'kinds = ["created"]')
    world = World(quick_server, seals, registry_of_text(rule))
    lose_everything(world)
    entered = at_the_office(world, -40)["DateTStamp"]
    world.receive([at_the_office(world, -30, AptStatus="Broken", SecDateTEntry=entered)])
    world.live()

    assert done(world) == (1, 1)


def test_a_handler_is_told_that_the_change_is_presumed_and_its_note_is_made_once(
    quick_server: str, seals: Seals
) -> None:
    told = []

    def handler(change: Change[Any], office: Office) -> None:
        told.append((change.presumed, change.before))
        if change.row.AptStatus != "Broken":
            return
        office.client.appointments.note(change.row.AptNum, Note="Broken, says the handler")

    for steps in (0, 4):
        world = World(quick_server, seals, handled(handler))
        broken_and_lost(world, steps)
        told.clear()
        lose_everything(world)
        world.now += 1
        world.receive([at_the_office(world, 0 if steps else -30, AptStatus="Broken")])
        world.live()

        assert told[0] == (True, None)
        assert done(world)[0] == 1


def test_what_came_between_the_loss_and_the_word_of_it_is_compared_with_nothing_again(
    quick_server: str, seals: Seals
) -> None:
    """Workers go on with the empty store: the row is first-seen, and would come again as a duplicate."""
    world = World(quick_server, seals, registry_of_text(RULE))
    broken_and_lost(world, 0)
    world.redis.flushdb()
    row = at_the_office(world, -30, AptStatus="Broken")
    world.receive([row])
    world.live()
    assert done(world) == (0, 0)

    say_so(world, 6)
    world.receive([row])
    world.live()

    assert done(world) == (1, 1)


def test_a_store_put_back_from_a_copy_repeats_nothing_that_was_done_since(quick_server: str, seals: Seals) -> None:
    world = World(quick_server, seals, registry_of_text(RULE))
    world.receive([at_the_office(world, -60)])
    world.live()
    copy = {key: (world.redis.dump(key) or b"", world.redis.pttl(key)) for key in world.redis.scan_iter()}
    broken_and_lost(world, 5)
    assert done(world) == (1, 1)

    world.redis.flushdb()
    for key, (value, ttl) in copy.items():
        world.redis.restore(key, max(ttl, 0), value)
    say_so(world, 6)
    world.receive([at_the_office(world, 0, AptStatus="Broken")], [at_the_office(world, 1, AptStatus="Broken", Op=9)])
    world.live()

    assert done(world) == (1, 1)


def test_a_worker_that_goes_on_while_the_store_is_lost_writes_rows_that_others_can_read(
    quick_server: str, seals: Seals
) -> None:
    """It knows the names of the columns already; the others find them in the store."""
    world = World(quick_server, seals, registry_of_text(RULE))
    worker = world.process(world.office.fate)
    world.receive([at_the_office(world, -60)])
    worker.drain_inbox(OFFICE)
    worker.store.snapshots.read(OFFICE, "Appointment", [str(at_the_office(world)["AptNum"])])

    world.redis.flushdb()
    world.receive([at_the_office(world, -50)])
    worker.drain_inbox(OFFICE)
    world.receive([at_the_office(world, -30, AptStatus="Broken")])
    world.live()

    assert done(world) == (1, 1)


def test_a_delivery_of_which_nothing_is_left_does_not_hold_up_the_lane(quick_server: str, seals: Seals) -> None:
    world = World(quick_server, seals, registry_of_text(RULE))
    world.receive([at_the_office(world, -60)])
    world.live()
    [gone] = world.receive([at_the_office(world, -50)])
    world.receive([at_the_office(world, -30, AptStatus="Broken")])
    world.redis.delete(keys.delivery(OFFICE, gone))
    world.live()

    assert done(world) == (1, 1)
    assert not world.redis.exists(keys.delivery(OFFICE, gone))
